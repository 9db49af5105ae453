/**
 * Suggestions under the search box, and recent searches while it is empty. Without this file the box is a plain
 * form; with it the input is a combobox for keyboard, pointer and screen reader. One request at a time: a new
 * text cancels the one before.
 */
import { INITIAL, next, shownText } from './combobox.js'
import { drawOptions, listenToPointer, showState } from './option-list.js'
import { NOTICEABLE_MS } from './progress.js'
import { forgetSearch, recentSearches } from './recent.js'

/** @typedef {import('./combobox.js').Option} Option */
/** @typedef {{ category_id: string, name: string, path: string }} Category */
/** @typedef {{ kind: string, text: string, scope: Category | null, ref: string | null }} Suggestion */

/** Between the last key and the request: fast typists save half of the requests, nobody notices. */
const DEBOUNCE_MS = 60

const WORDS = /** @type {Record<string, string>} */ ({
  query: '',
  category: 'Category',
  brand: 'Brand',
  product: 'Product',
})

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {HTMLElement} said for screen readers
 * @param {(href: string) => void} go to what is chosen
 */
export function startSuggest(input, list, said, go) {
  let state = { ...INITIAL, typed: input.value }

  /** @param {import('./combobox.js').Event} event */
  function take(event) {
    const step = next(state, event)
    const isNewList = step.state.options !== state.options
    state = step.state
    if (isNewList) drawOptions(list, state.options, state.typed)
    showState(input, list, state)
    if (isNewList) said.textContent = state.isOpen ? countWords(state.options) : ''
    if (step.forget !== null) forgetSearch(step.forget)
    if (step.go !== null) go(step.go)
    return step.handled
  }
  const offer = () => {
    if (!state.isOpen && state.typed.trim() === '') take({ type: 'offered', options: recentOptions() })
  }

  const ask = askAgain(
    input,
    () => state,
    (asked, options) => take({ type: 'answered', asked, options }),
  )
  input.setAttribute('role', 'combobox')
  input.setAttribute('aria-autocomplete', 'list')
  input.setAttribute('aria-controls', list.id)
  input.setAttribute('aria-expanded', 'false')
  input.addEventListener('input', () => {
    take({ type: 'typed', text: input.value })
    ask()
    offer()
  })
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return // the keys belong to the input method
    const wasOpen = state.isOpen
    if (event.key === 'ArrowDown') offer()
    if (take({ type: 'key', key: event.key })) event.preventDefault()
    if (event.key !== 'Enter' && (wasOpen || state.isOpen)) writeText(input, state)
  })
  input.addEventListener('focus', offer)
  input.addEventListener('click', offer)
  input.addEventListener('blur', () => take({ type: 'left' }))
  listenToPointer(list, {
    point: (index) => index !== state.active && take({ type: 'pointed', index }),
    choose: (index) => go(state.options[index]?.href ?? location.href),
    forget: (index) => take({ type: 'removed', index }),
  })
}

/** @returns {Option[]} */
function recentOptions() {
  return recentSearches().map((text) => ({
    kind: 'recent',
    text,
    where: '',
    href: `/search?${new URLSearchParams({ q: text })}`,
  }))
}

/**
 * A function that asks for suggestions a moment later, and gives up the request before. The box shows when it
 * waits longer than a moment.
 * @param {HTMLInputElement} input
 * @param {() => import('./combobox.js').State} stateNow
 * @param {(asked: number, options: Option[]) => void} answered
 */
function askAgain(input, stateNow, answered) {
  let request = new AbortController()
  let timer = 0
  const ask = async () => {
    const { asked, typed } = stateNow()
    if (typed.trim() === '') return
    const { signal } = request
    const slow = setTimeout(() => input.classList.add('asking'), NOTICEABLE_MS)
    const suggestions = await fetchSuggestions(typed, scopeOf(input), signal)
    clearTimeout(slow)
    if (!signal.aborted) input.classList.remove('asking')
    if (suggestions !== null) answered(asked, suggestions.map(optionOf))
  }
  return () => {
    clearTimeout(timer)
    request.abort()
    request = new AbortController()
    if (stateNow().typed.trim() === '') input.classList.remove('asking')
    timer = setTimeout(ask, DEBOUNCE_MS)
  }
}

/**
 * @param {string} text
 * @param {string} scope
 * @param {AbortSignal} signal
 * @returns {Promise<Suggestion[] | null>} null: cancelled, or no answer; the list stays as it is
 */
async function fetchSuggestions(text, scope, signal) {
  const query = new URLSearchParams({ q: text.slice(0, 64), ...(scope === '' ? {} : { scope }) })
  try {
    const reply = await fetch(`/v1/suggest?${query}`, { signal })
    return reply.ok ? (await reply.json()).suggestions : null
  } catch {
    return null // typing goes on without suggestions
  }
}

/** @param {HTMLInputElement} input */
function scopeOf(input) {
  const scope = input.form?.elements.namedItem('category')
  return scope instanceof HTMLSelectElement ? scope.value : ''
}

/**
 * @param {Suggestion} suggestion
 * @returns {Option}
 */
function optionOf({ kind, text, scope, ref }) {
  return {
    kind,
    text,
    href: hrefOf(kind, text, scope, ref),
    where: scope ? `in ${scope.name}` : (WORDS[kind] ?? ''),
  }
}

/**
 * @param {string} kind
 * @param {string} text
 * @param {Category | null} scope
 * @param {string | null} ref
 */
function hrefOf(kind, text, scope, ref) {
  if (kind === 'product' && ref !== null) return `/item/${encodeURIComponent(ref)}`
  if (kind === 'category' && ref !== null) return `/c/${ref.split('/').map(encodeURIComponent).join('/')}`
  if (kind === 'brand') return `/search?${new URLSearchParams({ 'f.brand': text })}`
  return `/search?${new URLSearchParams({ q: text, ...(scope ? { category: scope.path } : {}) })}`
}

/**
 * @param {HTMLInputElement} input
 * @param {import('./combobox.js').State} state
 */
function writeText(input, state) {
  const text = shownText(state)
  if (input.value !== text) input.value = text
}

/** @param {readonly Option[]} options */
function countWords(options) {
  const count = options.length
  if (options[0]?.kind === 'recent') return `Recent searches: ${count}. Delete removes the chosen one.`
  return count === 1 ? '1 suggestion' : `${count} suggestions`
}
