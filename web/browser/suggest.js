/**
 * Suggestions under the search box. Without this file the box is a plain form; with it the input is a combobox
 * for keyboard, pointer and screen reader. One request at a time: a new text cancels the one before.
 */
import { INITIAL, next, shownText } from './combobox.js'

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
 */
export function startSuggest(input, list, said) {
  let state = { ...INITIAL, typed: input.value }

  /** @param {import('./combobox.js').Event} event */
  function take(event) {
    const step = next(state, event)
    const isNewList = step.state.options !== state.options
    state = step.state
    if (isNewList) drawOptions(list, state.options, state.typed)
    show(input, list, state)
    if (isNewList) said.textContent = state.isOpen ? countWords(state.options.length) : ''
    if (step.go !== null) location.assign(step.go)
    return step.handled
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
  })
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return // the keys belong to the input method
    const wasOpen = state.isOpen
    if (take({ type: 'key', key: event.key })) event.preventDefault()
    if (event.key !== 'Enter' && (wasOpen || state.isOpen)) writeText(input, state)
  })
  input.addEventListener('blur', () => take({ type: 'left' }))
  listenToPointer(list, {
    point: (index) => index !== state.active && take({ type: 'pointed', index }),
    choose: (index) => location.assign(state.options[index]?.href ?? location.href),
  })
}

/**
 * @param {HTMLElement} list
 * @param {{ point(index: number): void, choose(index: number): void }} on
 */
function listenToPointer(list, on) {
  list.addEventListener('mousedown', (event) => event.preventDefault()) // keeps the focus in the input
  list.addEventListener('mousemove', (event) => {
    const index = indexOf(event)
    if (index !== -1) on.point(index)
  })
  list.addEventListener('click', (event) => {
    const index = indexOf(event)
    if (index !== -1) on.choose(index)
  })
}

/**
 * A function that asks for suggestions a moment later, and gives up the request before.
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
    const suggestions = await fetchSuggestions(typed, scopeOf(input), request.signal)
    if (suggestions !== null) answered(asked, suggestions.map(optionOf))
  }
  return () => {
    clearTimeout(timer)
    request.abort()
    request = new AbortController()
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
 * @param {HTMLElement} list
 * @param {readonly Option[]} options
 * @param {string} typed
 */
function drawOptions(list, options, typed) {
  list.replaceChildren(
    ...options.map(({ text, where }, i) => {
      const item = document.createElement('li')
      item.className = 'suggestion'
      item.id = `suggestion-${i}`
      item.setAttribute('role', 'option')
      item.dataset['index'] = String(i)
      const name = document.createElement('span')
      name.append(...boldRest(text, typed))
      const place = document.createElement('span')
      place.className = 'where'
      place.textContent = where
      item.append(name, place)
      return item
    }),
  )
}

/**
 * What would be added to the typed text, in bold.
 * @param {string} text
 * @param {string} typed
 * @returns {(string | Node)[]}
 */
function boldRest(text, typed) {
  const start = typed.trimStart()
  if (start === '' || !text.toLowerCase().startsWith(start.toLowerCase())) return [text]
  const bold = document.createElement('b')
  bold.textContent = text.slice(start.length)
  return [text.slice(0, start.length), bold]
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {import('./combobox.js').State} state
 */
function show(input, list, state) {
  list.hidden = !state.isOpen
  input.setAttribute('aria-expanded', String(state.isOpen))
  if (state.active === -1) input.removeAttribute('aria-activedescendant')
  else input.setAttribute('aria-activedescendant', `suggestion-${state.active}`)
  for (const [i, item] of [...list.children].entries()) {
    item.setAttribute('aria-selected', String(i === state.active))
    if (i === state.active) item.scrollIntoView({ block: 'nearest' })
  }
}

/**
 * @param {HTMLInputElement} input
 * @param {import('./combobox.js').State} state
 */
function writeText(input, state) {
  const text = shownText(state)
  if (input.value !== text) input.value = text
}

/** @param {MouseEvent} event */
function indexOf(event) {
  const item = event.target instanceof Element ? event.target.closest('[data-index]') : null
  return item instanceof HTMLElement ? Number(item.dataset['index']) : -1
}

/** @param {number} count */
function countWords(count) {
  return count === 1 ? '1 suggestion' : `${count} suggestions`
}
