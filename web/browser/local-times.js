/** Times of the server, which writes them in UTC, in the time zone of the browser and the locale of the shop. */

const FORMS = {
  time: /** @type {const} */ ({ hour: '2-digit', minute: '2-digit' }),
  date: /** @type {const} */ ({
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }),
}

export function showLocalTimes() {
  const locale = document.body.dataset['locale']
  for (const element of document.querySelectorAll('time[data-local]')) {
    if (!(element instanceof HTMLTimeElement)) continue
    const form = element.dataset['local'] === 'date' ? FORMS.date : FORMS.time
    element.textContent = new Date(element.dateTime).toLocaleString(locale, form)
  }
}
