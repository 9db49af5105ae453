import { describe, expect, test } from 'vitest'
import { cacheNode, loadedAnswer, sharedTier } from '../../test/support/cache-node.ts'
import type { Loaded } from './entry.ts'

const CALLERS = 1_000
const NODES = 3
const never = () => new AbortController().signal

/** Nodes with one shared tier, and an index whose answers the test gives. */
function useFleet() {
  const clock = { now: 0 }
  const { tier } = sharedTier()
  const nodes = Array.from({ length: NODES }, () => ({ ...cacheNode(clock, tier), loads: 0 }))
  let index = Promise.withResolvers<Loaded>()
  const call = (n: number) => {
    const node = nodes[n % NODES]
    if (!node) throw new Error('no such node')
    const load = () => {
      node.loads += 1
      return index.promise
    }
    const request = { key: 'cold', family: 'search', mayCarry: ['all', 't'], load } as const
    return node.cache.getOrLoad(request, never())
  }
  return {
    /** Calls that wait for the index together, spread over the nodes. */
    callAll: () => Array.from({ length: CALLERS }, (_, n) => call(n)),
    answer: async (body: string, calls: readonly ReturnType<typeof call>[]) => {
      await new Promise((resolve) => setImmediate(resolve)) // every caller has asked the shared tier
      index.resolve(loadedAnswer(body))
      index = Promise.withResolvers()
      return new Set((await Promise.all(calls)).map(({ entry }) => entry.body.toString()))
    },
    loads: () => nodes.map(({ loads }) => loads),
    nameAll: () => {
      for (const { watermark } of nodes) {
        watermark.apply({ id: watermark.consumed + 1, verb: 'expire', tags: ['t'] })
      }
    },
  }
}

describe('cache-stampede: a key that nobody has', () => {
  test('a thousand callers of a cold key cost one load on each node', async () => {
    const fleet = useFleet()
    expect(await fleet.answer('1', fleet.callAll())).toEqual(new Set(['1']))
    expect(fleet.loads()).toEqual([1, 1, 1])
  })

  test('callers after an invalidation do not wait for the load of before it: one more on each node', async () => {
    const fleet = useFleet()
    const early = fleet.callAll()
    fleet.nameAll()
    const late = fleet.callAll()
    expect(await fleet.answer('1', [...early, ...late])).toEqual(new Set(['1']))
    expect(fleet.loads()).toEqual([2, 2, 2])
  })

  test('once one node has loaded, the callers of the others cost no load', async () => {
    const fleet = useFleet()
    await fleet.answer('1', fleet.callAll())
    const again = await Promise.all(fleet.callAll())
    expect(new Set(again.map(({ entry }) => entry.body.toString()))).toEqual(new Set(['1']))
    expect(fleet.loads()).toEqual([1, 1, 1])
  })
})
