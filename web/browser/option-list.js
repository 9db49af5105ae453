/** The list under the search box, drawn and kept to the state of the combobox. */

/** @typedef {import('./combobox.js').Option} Option */
/** @typedef {import('./combobox.js').State} State */

/**
 * @param {HTMLElement} list
 * @param {readonly Option[]} options
 * @param {string} typed
 */
export function drawOptions(list, options, typed) {
  list.replaceChildren(
    ...options.map(({ text, where, kind }, i) => {
      const item = document.createElement('li')
      item.className = `suggestion suggestion-${kind}`
      item.id = `suggestion-${i}`
      item.setAttribute('role', 'option')
      item.dataset['index'] = String(i)
      const name = document.createElement('span')
      name.className = 'suggested'
      name.append(...boldRest(text, typed))
      item.append(name, kind === 'recent' ? forgetSign() : placeOf(where))
      return item
    }),
  )
}

/** @param {string} where */
function placeOf(where) {
  const place = document.createElement('span')
  place.className = 'where'
  place.textContent = where
  return place
}

/** For the pointer; the keyboard has Delete, which is said when the list opens. */
function forgetSign() {
  const sign = document.createElement('span')
  sign.className = 'forget'
  sign.title = 'Remove from the recent searches'
  sign.setAttribute('aria-hidden', 'true')
  sign.textContent = '×'
  return sign
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
 * @param {State} state
 */
export function showState(input, list, state) {
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
 * @param {HTMLElement} list
 * @param {{ point(index: number): void, choose(index: number): void, forget(index: number): void }} on
 */
export function listenToPointer(list, on) {
  list.addEventListener('mousedown', (event) => event.preventDefault()) // keeps the focus in the input
  list.addEventListener('mousemove', (event) => {
    const index = indexOf(event)
    if (index !== -1) on.point(index)
  })
  list.addEventListener('click', (event) => {
    const index = indexOf(event)
    const isForget = event.target instanceof Element && event.target.closest('.forget') !== null
    if (index !== -1) isForget ? on.forget(index) : on.choose(index)
  })
}

/** @param {MouseEvent} event */
function indexOf(event) {
  const item = event.target instanceof Element ? event.target.closest('[data-index]') : null
  return item instanceof HTMLElement ? Number(item.dataset['index']) : -1
}
