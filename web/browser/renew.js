/**
 * A page on which something is under way asks for itself again, less and less often, and takes over what is new. Nothing is
 * asked while nobody can see it.
 */

const FIRST_MS = 700
const LONGEST_MS = 10_000
const GROWTH = 1.5
const DEADLINE_MS = 5_000

let stop = () => undefined

/**
 * Ends what an earlier page began.
 * @param {() => void} onShown after each change of the page
 */
export function startRenewing(onShown) {
  stop()
  const shown = document.querySelector('[data-renew]')
  if (!(shown instanceof HTMLElement)) return
  const end = new AbortController()
  let timer = 0
  let pause = FIRST_MS
  const later = () => {
    timer = setTimeout(ask, pause)
    pause = Math.min(LONGEST_MS, pause * GROWTH)
  }
  const ask = async () => {
    if (document.visibilityState === 'hidden') return // asked when it comes into sight
    const now = await mainNow()
    if (end.signal.aborted) return
    if (
      now === null ||
      now.querySelector('[data-renew]')?.getAttribute('data-renew') === shown.dataset['renew']
    ) {
      return later()
    }
    document.getElementById('main')?.replaceChildren(...now.childNodes)
    document.getElementById('top')?.focus({ preventScroll: true })
    onShown()
  }
  const onSight = () => {
    if (document.visibilityState !== 'visible') return
    clearTimeout(timer)
    pause = FIRST_MS
    ask()
  }
  document.addEventListener('visibilitychange', onSight, { signal: end.signal })
  stop = () => {
    clearTimeout(timer)
    end.abort()
  }
  later()
}

/** @returns {Promise<Element | null>} null: no answer, or no such page */
async function mainNow() {
  try {
    const reply = await fetch(location.pathname, {
      headers: { accept: 'text/html' },
      cache: 'no-store',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    if (!reply.ok) return null
    const page = new DOMParser().parseFromString(await reply.text(), 'text/html')
    return page.getElementById('main')
  } catch {
    return null
  }
}
