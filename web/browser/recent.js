/**
 * Searches that found something, kept in this browser and nowhere else, the latest first. A browser that keeps
 * nothing (storage denied or full) has none, which is no fault.
 */

const KEY = 'aisle.recent'
const KEPT = 8
/** Longer texts are pasted, not searched again. */
const LENGTH_MAX = 80

/** @returns {string[]} */
export function recentSearches() {
  const texts = stored()
  return Array.isArray(texts) ? texts.filter((text) => typeof text === 'string').slice(0, KEPT) : []
}

/** @param {string} text */
export function rememberSearch(text) {
  const shown = text.trim().replaceAll(/\s+/g, ' ')
  if (shown === '' || shown.length > LENGTH_MAX) return
  store([shown, ...without(shown)].slice(0, KEPT))
}

/** @param {string} text */
export function forgetSearch(text) {
  store(without(text))
}

/** @param {string} text */
function without(text) {
  return recentSearches().filter((other) => other.toLowerCase() !== text.toLowerCase())
}

/** @returns {unknown} */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]')
  } catch {
    return []
  }
}

/** @param {string[]} texts */
function store(texts) {
  try {
    if (texts.length === 0) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, JSON.stringify(texts))
  } catch {
    return // nothing is kept then
  }
}
