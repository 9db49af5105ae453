import { expect, test } from 'vitest'
import { refreshed } from './refreshed.ts'

/** A source whose loads the test ends, under a clock that the test moves. */
function source() {
  const loads: PromiseWithResolvers<string>[] = []
  const clock = { ms: 0 }
  const current = refreshed<string>({
    load() {
      const load = Promise.withResolvers<string>()
      loads.push(load)
      return load.promise
    },
    maxAgeMs: 100,
    patienceMs: 5,
    pauseMs: 50,
    now: () => clock.ms,
  })
  return { loads, clock, current }
}

test('callers at the same time share one load', async () => {
  const { loads, current } = source()
  const both = Promise.all([current(), current()])
  loads[0]?.resolve('a')
  expect((await both).map(({ value }) => value)).toEqual(['a', 'a'])
  expect(loads).toHaveLength(1)
})

test('a young value is used as it is, an old one is loaded again', async () => {
  const { loads, clock, current } = source()
  const first = current()
  loads[0]?.resolve('a')
  await first
  clock.ms = 99
  await current()
  expect(loads).toHaveLength(1)
  clock.ms = 100
  const again = current()
  loads[1]?.resolve('b')
  expect((await again).value).toBe('b')
})

test('a load that takes too long leaves the last known value, and counts when it comes', async () => {
  const { loads, clock, current } = source()
  const first = current()
  loads[0]?.resolve('a')
  await first
  clock.ms = 200
  expect(await current()).toEqual({ value: 'a', isLate: false })
  clock.ms = 300
  expect(await current()).toEqual({ value: 'a', isLate: true })
  loads[1]?.resolve('b')
  await loads[1]?.promise
  expect((await current()).value).toBe('b')
})

test('after a failure nothing is tried for a while', async () => {
  const { loads, clock, current } = source()
  const first = current()
  loads[0]?.reject(new Error('away'))
  expect(await first).toMatchObject({ value: undefined, isLate: true })
  clock.ms = 49
  await current()
  expect(loads).toHaveLength(1)
  clock.ms = 51
  await current()
  expect(loads).toHaveLength(2)
})

test('a caller that gives up does not wait for the load, which goes on', async () => {
  const { loads, current } = source()
  const caller = new AbortController()
  const call = current(caller.signal)
  caller.abort(new Error('gave up'))
  await expect(call).rejects.toThrow('gave up')
  loads[0]?.resolve('a')
  await loads[0]?.promise
  expect((await current()).value).toBe('a')
})
