/**
 * The time that is left of a hold. The server says how much there is, by the clock that decides; from there it is counted by
 * a clock that only goes forward, whatever the customer's watch says. What the page took to come is taken off, so that it
 * never shows more than there is. Asked again when the page comes into sight, every half minute, and at the end.
 */
import { leftText, warningOf } from './time-left.js'

const TICK_MS = 250
const ASK_EVERY_MS = 30_000
const DEADLINE_MS = 5_000

let stop = () => undefined

/** For the hold on the page, if it is one that runs. Ends the countdown of an earlier page. */
export function startCountdown() {
  stop()
  const hold = document.querySelector('.hold[data-live]')
  if (!(hold instanceof HTMLElement)) return
  const page = partsOf(hold)
  const end = new AbortController()
  let endsAt = page.left_ms === null ? null : page.askedAt + page.left_ms
  let said = ''

  const ask = async () => {
    const now = await askFor(page.id)
    if (now === null || end.signal.aborted) return
    if (now.state !== page.state) return location.replace(`/holds/${page.id}`)
    if (endsAt !== null) endsAt = now.endsAt
  }
  const tick = () => {
    if (endsAt === null) return
    const left = Math.max(0, endsAt - performance.now())
    page.show(left)
    const warning = warningOf(left)
    if (warning !== said) page.say(warning)
    said = warning
    if (left === 0) ask()
  }
  const onSight = () => document.visibilityState === 'visible' && ask()
  const timers = [
    setInterval(tick, TICK_MS),
    setInterval(ask, page.state === 'ACTIVE' ? ASK_EVERY_MS : 2_000),
  ]
  document.addEventListener('visibilitychange', onSight, { signal: end.signal })
  addEventListener('pageshow', (event) => event.persisted && ask(), { signal: end.signal })
  stop = () => {
    for (const timer of timers) clearInterval(timer)
    end.abort()
  }
  tick()
}

/**
 * @param {string} id
 * @returns {Promise<{ state: string, endsAt: number } | null>} null: no answer
 */
async function askFor(id) {
  const askedAt = performance.now()
  try {
    const reply = await fetch(`/v1/holds/${id}`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    if (!reply.ok) return null
    const { state, expires_in_ms } = await reply.json()
    return { state, endsAt: askedAt + expires_in_ms }
  } catch {
    return null
  }
}

/** @param {HTMLElement} hold */
function partsOf(hold) {
  const time = hold.querySelector('[data-left]')
  const bar = hold.querySelector('progress')
  const said = hold.querySelector('[data-said]')
  return {
    id: hold.dataset['hold'] ?? '',
    state: hold.dataset['state'] ?? '',
    /** When the page was asked for: what the server said was true after that. 0 is when the browser began to load it. */
    askedAt: Number(hold.dataset['asked'] ?? 0),
    /** null: no time runs. */
    left_ms: time === null ? null : Number(time.getAttribute('data-left')),
    /** @param {number} left ms */
    show(left) {
      const text = leftText(left)
      if (time && time.textContent !== text) time.textContent = text
      hold.classList.toggle('hold-ending', left < 60_000)
      if (bar) bar.value = left
    },
    /** @param {string} text */
    say(text) {
      if (said) said.textContent = text
    },
  }
}
