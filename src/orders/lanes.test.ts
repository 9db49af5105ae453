import { describe, expect, test } from 'vitest'
import { inLanes } from './lanes.ts'

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
      3,
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
      1,
      (thing) => (thing === 'a' ? Promise.reject(new Error(thing)) : Promise.resolve(done.push(thing))),
      (error) => told.push(String(error)),
    )
    expect([told, done]).toEqual([['Error: a'], ['b', 'c']])
  })

  test('of nothing ends at once', async () => {
    await expect(inLanes([], 8, never, never)).resolves.toBeUndefined()
  })
})
