/** The time that is left, in words. Pure; `countdown.js` shows it. */

/** Said aloud when so much is left, ms, longest first: a clock that speaks each second helps nobody. */
const WARNINGS = /** @type {const} */ ([
  [300_000, 'Five minutes left'],
  [60_000, 'One minute left'],
  [20_000, 'Twenty seconds left'],
])

/**
 * @param {number} ms
 * @returns {string} such as `9:41`; `0:00` only when it is over
 */
export function leftText(ms) {
  const seconds = Math.ceil(Math.max(0, ms) / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/**
 * @param {number} ms
 * @returns {string} empty: there is time
 */
export function warningOf(ms) {
  return WARNINGS.findLast(([from]) => ms <= from)?.[1] ?? ''
}
