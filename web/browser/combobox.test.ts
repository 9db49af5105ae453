import { expect, test } from 'vitest'
import { INITIAL, next, shownText } from './combobox.js'

const option = (text: string) => ({ text, href: `/search?q=${text}`, where: '', kind: 'query' })
const OPTIONS = [option('mouse'), option('mousepad'), option('mouse mat')]

/** The state after typing `mou` and its answer. */
function open() {
  const typed = next(INITIAL, { type: 'typed', text: 'mou' }).state
  return next(typed, { type: 'answered', asked: typed.asked, options: OPTIONS }).state
}
const press = (state: typeof INITIAL, ...keys: string[]) =>
  keys.reduce((before, key) => next(before, { type: 'key', key }).state, state)

test('an answer opens the list without choosing anything', () => {
  expect(open()).toMatchObject({ isOpen: true, active: -1 })
})

test('an answer to an older text changes nothing', () => {
  const first = next(INITIAL, { type: 'typed', text: 'mo' }).state
  const second = next(first, { type: 'typed', text: 'mou' }).state
  const late = next(second, { type: 'answered', asked: first.asked, options: OPTIONS })
  expect(late.state).toBe(second)
})

test.each([
  [['ArrowDown'], 0],
  [['ArrowDown', 'ArrowDown', 'ArrowDown'], 2],
  [['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown'], -1],
  [['ArrowUp'], 2],
  [['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowUp'], -1],
  [['ArrowDown', 'End'], 2],
  [['ArrowUp', 'Home'], 0],
  [['Home'], -1],
  [['End'], -1],
])('after %j option %i is active', (keys, active) => {
  expect(press(open(), ...keys).active).toBe(active)
})

test('the input shows the active option, and what was typed again after the last', () => {
  expect(shownText(press(open(), 'ArrowDown'))).toBe('mouse')
  expect(shownText(press(open(), 'ArrowUp', 'ArrowDown'))).toBe('mou')
})

test('Enter goes to the active option, without one it is left to the form', () => {
  expect(next(press(open(), 'ArrowDown'), { type: 'key', key: 'Enter' })).toMatchObject({
    handled: true,
    go: '/search?q=mouse',
    state: { isOpen: false },
  })
  expect(next(open(), { type: 'key', key: 'Enter' })).toMatchObject({ handled: false, go: null })
})

test('Escape closes the list and gives the typed text back', () => {
  const step = next(press(open(), 'ArrowDown'), { type: 'key', key: 'Escape' })
  expect(step).toMatchObject({ handled: true, state: { isOpen: false, active: -1 } })
  expect(shownText(step.state)).toBe('mou')
  expect(next(step.state, { type: 'key', key: 'Escape' }).handled).toBe(false)
})

test('an arrow opens a closed list again', () => {
  expect(press(open(), 'Escape', 'ArrowDown')).toMatchObject({ isOpen: true, active: 0 })
})

test('leaving and emptying the box close the list', () => {
  expect(next(open(), { type: 'left' }).state.isOpen).toBe(false)
  expect(next(open(), { type: 'typed', text: ' ' }).state).toMatchObject({ isOpen: false, options: [] })
})

const recent = (text: string) => ({ ...option(text), kind: 'recent' })
const offered = () =>
  next(INITIAL, { type: 'offered', options: [recent('tv'), recent('usb'), recent('dvd')] }).state

test('recent searches are offered to an empty box only', () => {
  expect(offered()).toMatchObject({ isOpen: true, active: -1 })
  expect(next(open(), { type: 'offered', options: [recent('tv')] }).state.options).toBe(OPTIONS)
})

test('Delete takes the active recent search off the list and goes on with the next', () => {
  const step = next(press(offered(), 'ArrowDown'), { type: 'key', key: 'Delete' })
  expect(step).toMatchObject({ handled: true, forget: 'tv' })
  expect(shownText(step.state)).toBe('usb')
})

test('with the last recent search gone the list closes', () => {
  const one = next(INITIAL, { type: 'offered', options: [recent('tv')] }).state
  expect(next(one, { type: 'removed', index: 0 })).toMatchObject({
    forget: 'tv',
    state: { isOpen: false, active: -1, options: [] },
  })
})

test('Delete in the text and on a suggestion removes nothing', () => {
  expect(next(offered(), { type: 'key', key: 'Delete' })).toMatchObject({ handled: false, forget: null })
  expect(next(press(open(), 'ArrowDown'), { type: 'key', key: 'Delete' }).handled).toBe(false)
})
