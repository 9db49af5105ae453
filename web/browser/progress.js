/**
 * A wait that is longer than a moment shows that something goes on: a bar under the head while the next page is
 * on its way. Taken away when the page comes back from the browser's memory.
 */

/** Faster answers would only flicker, ms. */
export const NOTICEABLE_MS = 300

/**
 * @param {HTMLElement | null} bar
 * @returns {() => void} to be called by script that leaves the page
 */
export function startProgress(bar) {
  let timer = 0
  if (bar === null) return () => undefined
  const stop = () => {
    clearTimeout(timer)
    bar.hidden = true
  }
  const start = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      bar.hidden = false
    }, NOTICEABLE_MS)
  }
  addEventListener('click', (event) => {
    if (!event.defaultPrevented && leavesThisPage(event)) start()
  })
  addEventListener('submit', (event) => event.defaultPrevented || start())
  addEventListener('pageshow', stop)
  addEventListener('keydown', (event) => event.key === 'Escape' && stop()) // Escape stops loading too
  return start
}

/** @param {MouseEvent} event */
function leavesThisPage(event) {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link || link.target !== '' || link.origin !== location.origin) return false
  return link.hash === '' || link.pathname + link.search !== location.pathname + location.search
}
