import { expect, test } from 'vitest'
import { FIRST_PLAN, nextPlan, pauseMs, takeViews, unitsText } from './stock-state.js'

type Happening = Parameters<typeof nextPlan>[1]
const view = (sku: string, ver: number) => ({ sku, ver, available: 10 - ver, state: 'low', queue: 0 })
const after = (...events: Happening[]) => events.reduce(nextPlan, FIRST_PLAN)
const times = (count: number, event: Happening) => Array.from({ length: count }, () => event)

test('what is older than what is shown, or the same, is not taken', () => {
  const known = new Map()
  expect(takeViews(known, [view('a', 3), view('b', 1)]).length).toBe(2)
  expect(takeViews(known, [view('a', 2), view('a', 3), view('b', 2)])).toEqual([view('b', 2)])
  expect(known.get('a')).toEqual(view('a', 3))
})

test('a snapshot after a reconnect tells only what is new', () => {
  const known = new Map()
  takeViews(known, [view('a', 3)])
  expect(takeViews(known, [view('a', 3), view('b', 9)])).toEqual([view('b', 9)])
})

test('a badge tells the units, and where there are few that they are', () => {
  const text = (available: number, state: string) => unitsText({ ...view('a', 1), available, state }, 'en-GB')
  expect([text(1_250, 'in_stock'), text(3, 'low'), text(0, 'out_of_stock')]).toEqual([
    '1,250 in stock',
    'Only 3 left',
    'Out of stock',
  ])
})

test('a stream that breaks is made anew, after three that brought nothing the page asks', () => {
  expect(after('broken', 'broken').way).toBe('stream')
  expect(after('broken', 'broken', 'broken').way).toBe('poll')
  expect(after('broken', 'broken', 'heard', 'broken', 'broken').way).toBe('stream')
})

test('a refused stream makes the page ask at once', () => {
  expect(after('refused')).toMatchObject({ way: 'poll' })
})

test('a page that asks tries one stream now and then, and goes on asking when it fails', () => {
  const tried = after('refused', ...times(12, 'answered'))
  expect(tried.way).toBe('stream')
  expect(nextPlan(tried, 'broken').way).toBe('poll')
  expect(nextPlan(tried, 'heard')).toEqual(FIRST_PLAN)
})

test('reconnects are spread over 1 to 5 s, questions come about every 5 s, and less often when they fail', () => {
  expect([0, 0.999_999].map((random) => Math.round(pauseMs(FIRST_PLAN, random)))).toEqual([1_000, 5_000])
  const asking = after('refused', 'answered')
  expect([0, 0.5, 0.999_999].map((random) => Math.round(pauseMs(asking, random)))).toEqual([
    4_000, 5_000, 6_000,
  ])
  expect(pauseMs(after('refused', 'failed', 'failed'), 0.5)).toBe(20_000)
  expect(pauseMs(after('refused', ...times(9, 'failed')), 0.5)).toBe(60_000)
})
