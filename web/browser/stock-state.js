/**
 * What a page knows of live stock, and how it goes on asking. Pure: no clock, no network; `live-stock.js` does what
 * it says.
 *
 * Invariants: 1 what is shown of a SKU never goes back to a lower version; 2 a page that cannot stream asks instead,
 * and tries to stream again now and then.
 */

/** @typedef {{ sku: string, ver: number, available: number, state: string, queue: number }} StockView */

/**
 * Take views in, of a snapshot, a change or an answer.
 * @param {Map<string, StockView>} known by sku; it is changed
 * @param {readonly StockView[]} views
 * @returns {StockView[]} those that are newer than what was known
 */
export function takeViews(known, views) {
  return views.filter((view) => {
    const before = known.get(view.sku)
    if (before && before.ver >= view.ver) return false
    known.set(view.sku, view)
    return true
  })
}

/**
 * Words of a badge.
 * @param {StockView} view
 * @param {string} locale BCP 47
 */
export function unitsText({ available, state }, locale) {
  if (available === 0) return 'Out of stock'
  const units = new Intl.NumberFormat(locale).format(available)
  return state === 'low' ? `Only ${units} left` : `${units} in stock`
}

/**
 * `stream`: connect. `poll`: ask. `failures` in a row, of either.
 * @typedef {{ way: 'stream' | 'poll', failures: number, polls: number }} Plan
 */

/** @type {Plan} */
export const FIRST_PLAN = { way: 'stream', failures: 0, polls: 0 }

/** So many connections that brought nothing: something between us does not let streams through. */
const STREAMS_TRIED = 3
/** So many questions, then a stream is tried again. */
const POLLS_BETWEEN = 12

/**
 * The plan after something happened.
 * `heard`: the stream brought something. `broken`: it ended, and may be made anew. `refused`: the server does not
 * give us one. `answered`, `failed`: of a question.
 * @param {Plan} plan
 * @param {'heard' | 'broken' | 'refused' | 'answered' | 'failed'} event
 * @returns {Plan}
 */
export function nextPlan(plan, event) {
  switch (event) {
    case 'heard':
      return FIRST_PLAN
    case 'refused':
      return { way: 'poll', failures: 0, polls: 0 }
    case 'broken': {
      const failures = plan.failures + 1
      return failures < STREAMS_TRIED ? { ...plan, failures } : { way: 'poll', failures: 0, polls: 0 }
    }
    case 'answered':
    case 'failed': {
      const polls = plan.polls + 1
      // One try: when it fails too, asking goes on.
      if (polls >= POLLS_BETWEEN) return { way: 'stream', failures: STREAMS_TRIED - 1, polls: 0 }
      return { way: 'poll', failures: event === 'failed' ? plan.failures + 1 : 0, polls }
    }
  }
}

/** Between two questions, ms. */
const POLL_MS = 5_000
const POLL_MOST_MS = 60_000

/**
 * Pause before the next step. Browsers that lost the same server come back spread over time.
 * @param {Plan} plan
 * @param {number} random uniform in [0, 1)
 * @returns {number} ms; a stream 1 to 5 s, a question 5 s and more when they fail
 */
export function pauseMs(plan, random) {
  if (plan.way === 'stream') return 1_000 + random * 4_000
  return Math.min(POLL_MOST_MS, POLL_MS * 2 ** plan.failures) * (0.8 + 0.4 * random)
}
