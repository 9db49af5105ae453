/**
 * The state of a combobox with a list of suggestions, as a table of events (WAI-ARIA APG, editable combobox
 * with list autocomplete). Pure: no document, no clock, no network; `suggest.js` shows what it says.
 *
 * Invariants: 1 `active` is -1 (the input itself) or an index of `options`; 2 a closed list has no active
 * option; 3 an answer to an older text than the one in the input changes nothing; 4 recent searches are offered
 * to an empty box only.
 */

/** A `recent` option can be taken off the list. */
/** @typedef {{ text: string, href: string, where: string, kind: string }} Option */
/** @typedef {{ typed: string, asked: number, options: readonly Option[], isOpen: boolean, active: number }} State */
/**
 * @typedef {{ type: 'typed', text: string } | { type: 'answered', asked: number, options: readonly Option[] }
 *   | { type: 'offered', options: readonly Option[] } | { type: 'removed', index: number }
 *   | { type: 'key', key: string } | { type: 'pointed', index: number } | { type: 'left' }} Event
 */
/** What the page has to do: `go` to a URL; `forget` a search; `handled`: the key must not do what it does else. */
/** @typedef {{ state: State, handled: boolean, go: string | null, forget: string | null }} Step */

/** @type {State} */
export const INITIAL = { typed: '', asked: 0, options: [], isOpen: false, active: -1 }

/**
 * The state after one event.
 * @param {State} state
 * @param {Event} event
 * @returns {Step}
 */
export function next(state, event) {
  switch (event.type) {
    case 'typed':
      return on({ ...state, typed: event.text, asked: state.asked + 1, active: -1, ...emptied(event.text) })
    case 'answered':
      if (event.asked !== state.asked) return on(state)
      return on({ ...state, options: event.options, isOpen: event.options.length > 0, active: -1 })
    case 'offered':
      if (state.typed.trim() !== '') return on(state)
      return on({ ...state, options: event.options, isOpen: event.options.length > 0, active: -1 })
    case 'removed':
      return removed(state, event.index, -1)
    case 'pointed':
      return on({ ...state, active: state.isOpen ? event.index : -1 })
    case 'left':
      return on(closed(state))
    case 'key':
      return onKey(state, event.key)
  }
}

/**
 * Text that the input shows: that of the active option, else what was typed.
 * @param {State} state
 */
export function shownText(state) {
  return state.options[state.active]?.text ?? state.typed
}

/**
 * @param {State} state
 * @param {string} key
 * @returns {Step}
 */
function onKey(state, key) {
  const last = state.options.length - 1
  switch (key) {
    case 'ArrowDown':
      if (!state.isOpen) return { ...on(opened(state)), handled: last >= 0 }
      return move(state, state.active === last ? -1 : state.active + 1)
    case 'ArrowUp':
      if (!state.isOpen) return on(state)
      return move(state, state.active === -1 ? last : state.active - 1)
    case 'Home':
    case 'End':
      // Without an active option these keys belong to the text.
      if (!state.isOpen || state.active === -1) return on(state)
      return move(state, key === 'Home' ? 0 : last)
    case 'Enter': {
      const chosen = state.isOpen ? state.options[state.active] : undefined
      return { ...on(closed(state)), handled: chosen !== undefined, go: chosen?.href ?? null }
    }
    case 'Delete':
      return removed(state, state.active, Math.min(state.active, last - 1))
    case 'Escape':
      return { ...on(closed(state)), handled: state.isOpen }
    case 'Tab':
      return on(closed(state))
    default:
      return on(state)
  }
}

/**
 * @param {State} state
 * @returns {Step}
 */
function on(state) {
  return { state, handled: false, go: null, forget: null }
}

/**
 * @param {State} state
 * @param {number} active
 * @returns {Step}
 */
function move(state, active) {
  return { ...on({ ...state, active }), handled: true }
}

/**
 * Without one recent search; other options stay.
 * @param {State} state
 * @param {number} index
 * @param {number} active
 * @returns {Step}
 */
function removed(state, index, active) {
  const option = state.options[index]
  if (option?.kind !== 'recent') return on(state)
  const options = state.options.filter((other) => other !== option)
  const left = { ...state, options, isOpen: options.length > 0, active }
  return { ...on(left), handled: true, forget: option.text }
}

/**
 * @param {State} state
 * @returns {State}
 */
function opened(state) {
  return { ...state, isOpen: state.options.length > 0, active: state.options.length > 0 ? 0 : -1 }
}

/**
 * @param {State} state
 * @returns {State}
 */
function closed(state) {
  return { ...state, isOpen: false, active: -1 }
}

/**
 * Nothing typed, nothing to suggest; otherwise the old list stays until the new one is there.
 * @param {string} text
 * @returns {Partial<State>}
 */
function emptied(text) {
  return text.trim() === '' ? { options: [], isOpen: false } : {}
}
