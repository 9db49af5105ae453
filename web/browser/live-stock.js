/**
 * Live stock of some SKUs for a page: by an event stream, by asking where there is none. A hidden page lets go of its
 * stream, since a visitor has few; when it is shown again it gets a snapshot.
 */
import { FIRST_PLAN, nextPlan, pauseMs, takeViews } from './stock-state.js'

/** @typedef {import('./stock-state.js').StockView} StockView */

/** Longer than this counts as no answer, ms. */
const DEADLINE_MS = 5_000

/**
 * @param {readonly string[]} skus 1 to 50
 * @param {(view: StockView) => void} onStock what is newer than before, of one sku
 * @param {(isLate: boolean) => void} onLate numbers come late, or not any more
 * @returns {() => void} ends it
 */
export function watchStock(skus, onStock, onLate) {
  const query = `skus=${skus.map(encodeURIComponent).join(',')}`
  /** @type {Map<string, StockView>} */
  const known = new Map()
  let plan = FIRST_PLAN
  /** @type {EventSource | null} */
  let stream = null
  /** @type {number | undefined} */
  let timer
  /** Raised when what is under way is not wanted any more. */
  let turn = 0

  /** @param {readonly StockView[]} views */
  const take = (views) => {
    for (const view of takeViews(known, views)) onStock(view)
  }
  /** @param {Parameters<typeof nextPlan>[1]} event */
  const goOn = (event) => {
    plan = nextPlan(plan, event)
    clearTimeout(timer)
    timer = setTimeout(plan.way === 'stream' ? connect : ask, pauseMs(plan, Math.random()))
  }

  function connect() {
    stream?.close()
    const opened = new EventSource(`/v1/inventory/stream?${query}`)
    stream = opened
    /** @param {MessageEvent} message */
    const read = ({ data }) => {
      plan = nextPlan(plan, 'heard')
      return JSON.parse(data)
    }
    opened.addEventListener('snapshot', (message) => take(read(message)))
    opened.addEventListener('stock', (message) => take([read(message)]))
    opened.addEventListener('degraded', () => onLate(true))
    opened.addEventListener('live', () => onLate(false))
    opened.addEventListener('error', () => {
      // Only a refusal closes it by itself; we close it in any case, to come back after a pause of our own.
      const isRefused = opened.readyState === EventSource.CLOSED
      opened.close()
      if (stream === opened) goOn(isRefused ? 'refused' : 'broken')
    })
  }

  async function ask() {
    const mine = turn
    const views = await askOnce(`/v1/inventory?${query}`)
    if (mine !== turn) return
    if (views) take(views)
    goOn(views ? 'answered' : 'failed')
  }

  function pause() {
    turn += 1
    clearTimeout(timer)
    stream?.close()
    stream = null
  }
  const onVisibility = () => {
    pause()
    if (!document.hidden) connect()
  }
  document.addEventListener('visibilitychange', onVisibility)
  if (!document.hidden) connect()
  return () => {
    pause()
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

/**
 * @param {string} path
 * @returns {Promise<readonly StockView[] | null>} null: there is no answer
 */
async function askOnce(path) {
  try {
    const reply = await fetch(path, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    return reply.ok ? (await reply.json()).stock : null
  } catch {
    return null // the network is away, or slow
  }
}
