import { describe, expect, test } from 'vitest'
import { inLanes } from './lanes.ts'

const { signal } = new AbortController()
const never = (error: unknown) => {
  throw error
}

describe('work in lanes', () => {
  test('is done once each, no more at once than there are lanes', async () => {
    const done: number[] = []
    let running = 0
    let most = 0
    const things = Array.from({ length: 20 }, (_, at) => at)
    await inLanes(
      things,
      { lanes: 3, signal },
      async (thing) => {
        running += 1
        most = Math.max(most, running)
        await Promise.resolve()
        running -= 1
        done.push(thing)
      },
      never,
    )
    expect([most, done.toSorted((a, b) => a - b)]).toEqual([3, things])
  })

  test('that fails is told and keeps nobody from the rest', async () => {
    const told: unknown[] = []
    const done: string[] = []
    await inLanes(
      ['a', 'b', 'c'],
      { lanes: 1, signal },
      (thing) => (thing === 'a' ? Promise.reject(new Error(thing)) : Promise.resolve(done.push(thing))),
      (error) => told.push(String(error)),
    )
    expect([told, done]).toEqual([['Error: a'], ['b', 'c']])
  })

  test('begins nothing more once it is told to stop', async () => {
    const stop = new AbortController()
    const done: string[] = []
    const work = (thing: string) => {
      stop.abort()
      return Promise.resolve(done.push(thing))
    }
    await inLanes(['a', 'b', 'c'], { lanes: 2, signal: stop.signal }, work, never)
    expect(done).toEqual(['a'])
  })

  test('of nothing ends at once', async () => {
    await expect(inLanes([], { lanes: 8, signal }, never, never)).resolves.toBeUndefined()
  })
})
