/**
 * Forms that change the page they stand on: sent by script, so that the page stays where it is and the focus with it. The
 * server answers with the same page as without script, of which the main part is taken over. Whatever goes wrong, the form
 * is sent as it would have been without script; every one of them may be sent twice.
 */

/** Longer than the deadline of the server, ms. */
const DEADLINE_MS = 8_000

/** @param {() => void} onShown after each change of the page */
export function startStaying(onShown) {
  let isBusy = false
  document.addEventListener('submit', (event) => {
    const form = event.target
    const button = event.submitter
    if (!(form instanceof HTMLFormElement) || !(button instanceof HTMLButtonElement)) return
    if (!('stay' in button.dataset)) return
    event.preventDefault()
    if (isBusy) return
    isBusy = true
    send(form, button)
      .then(onShown, () => submitPlainly(form, button))
      .finally(() => {
        isBusy = false
      })
  })
  // A typed quantity counts when the field is left, as if its form had been sent.
  document.addEventListener('change', (event) => {
    const field = event.target
    if (!(field instanceof HTMLInputElement) || field.type !== 'number' || !field.reportValidity()) return
    const first = field.form?.querySelector('button[type="submit"]')
    if (first instanceof HTMLButtonElement && 'stay' in first.dataset) field.form?.requestSubmit(first)
  })
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
async function send(form, button) {
  const askedAt = performance.now()
  const reply = await fetch(button.hasAttribute('formaction') ? button.formAction : form.action, {
    method: 'POST',
    headers: { accept: 'text/html' },
    body: new URLSearchParams(pairsOf(new FormData(form, button))),
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  const page = new DOMParser().parseFromString(await reply.text(), 'text/html')
  const main = page.getElementById('main')
  const old = document.getElementById('main')
  if (!main?.querySelector('#top') || !old) throw new Error('this is another page')
  const focused = document.activeElement?.id ?? ''
  old.replaceChildren(...main.childNodes)
  document.title = page.title
  old.querySelector('.hold')?.setAttribute('data-asked', String(askedAt))
  // A refused change is the answer to a POST, whose URL is not that of a page.
  if (reply.redirected) history.replaceState(history.state, '', reply.url)
  focusAgain(focused)
}

/** @param {string} id of what had the focus; gone or switched off: the top of the page has it, which says what is left */
function focusAgain(id) {
  const same = id === '' ? null : document.getElementById(id)
  const isUsable = same !== null && !(same instanceof HTMLButtonElement && same.disabled)
  const target = isUsable ? same : document.getElementById('top')
  target?.focus({ preventScroll: isUsable })
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
function submitPlainly(form, button) {
  delete button.dataset['stay']
  form.requestSubmit(button)
}

/** @param {FormData} data */
function pairsOf(data) {
  return [...data].map(([name, value]) => [name, String(value)])
}
