/**
 * A key that nobody has, on two nodes with the real log and second tier between them. Within a node all callers of one
 * position of the log share a load; between nodes nothing is locked (cache design 5), so a cold key costs one load on
 * each at most, and none where the other node has stored it.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AnswerCache, createAnswerCache } from '../../src/cache/answer-cache.ts'
import type { Loaded } from '../../src/cache/entry.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { loadedAnswer } from '../support/cache-node.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'

const CALLERS = 1_000
const server = await useRedisServer()
const stop = new AbortController()
const redisPrefix = `t_${randomUUID()}:`
const nodes = [0, 1].map(() => createNode())
const options = { url: server.url, name: 'publisher', commandTimeoutMs: 1_000, pipelining: false }
const connection = connectRedis({ ...options, onError: () => undefined }, Math.random)
const keys = cacheKeys(redisPrefix)
/** Of the last record published: nodes are asked whether they have consumed it. */
let position = 1
const lsn = () => `0/${position.toString(16)}`
const writer = new LogWriter({ connection, keys, freshEpoch: randomUUID, lsn })
const running: Promise<void>[] = []
let beats: NodeJS.Timeout

beforeAll(async () => {
  running.push(...nodes.map((node) => node.run(stop.signal)), writer.run(stop.signal))
  beats = setInterval(() => void writer.beat().catch(() => undefined), 100)
  await waitFor('both nodes are fresh', () => nodes.every((node) => node.isFresh()))
})
afterAll(async () => {
  clearInterval(beats)
  stop.abort()
  await Promise.all(running)
  connection.disconnect()
})

function createNode(): AnswerCache {
  return createAnswerCache({
    ...{ stateUrl: server.url, cacheUrl: server.url, redisPrefix, metrics: createMetrics(['cache_']) },
    maxBytes: 1_000_000,
    now: () => performance.now(),
    random: () => 0.5,
    freshEpoch: randomUUID,
  })
}

/** Callers of one key on both nodes, and an index that answers when the test says so. */
function useKey(key: string) {
  const loads = nodes.map(() => 0)
  const index = Promise.withResolvers<Loaded>()
  const call = (n: number) => {
    const load = () => {
      loads[n] = (loads[n] ?? 0) + 1
      return index.promise
    }
    const request = { key, family: 'search', mayCarry: ['all', 'w:mouse'], load } as const
    return nodes[n]?.cache.getOrLoad(request, stop.signal)
  }
  const callFrom = (n: number) => Array.from({ length: CALLERS }, () => call(n))
  const answer = () => index.resolve(loadedAnswer(key, { tags: ['all', 'w:mouse'] }))
  return { loads, callFrom, answer }
}

/** What the callers were told, each thing once. */
async function toldTo(
  calls: readonly ReturnType<ReturnType<typeof useKey>['callFrom']>[],
): Promise<string[]> {
  const told = (await Promise.all(calls.flat())).map(
    (each) => `${each?.source} ${each?.entry.body.toString()}`,
  )
  return [...new Set(told)].sort()
}

describe('cache-stampede: a key that nobody has, on two nodes', () => {
  test('a thousand callers on each cost one load on each', async () => {
    const { loads, callFrom, answer } = useKey('cold')
    const calls = [callFrom(0), callFrom(1)]
    await waitFor('both load', () => loads.every((count) => count > 0))
    answer()
    expect(await toldTo(calls)).toEqual(['MISS cold'])
    expect(loads).toEqual([1, 1])
  })

  test('a thousand callers on the second node cost none once the first has loaded', async () => {
    const { loads, callFrom, answer } = useKey('shared')
    answer()
    expect(await toldTo([callFrom(0)])).toEqual(['MISS shared'])
    const stored = keys.entry(nodes[0]?.epoch() ?? '', 'shared')
    await waitFor('the second tier has it', async () => (await connection.exists(stored)) === 1)
    expect(await toldTo([callFrom(1)])).toEqual(['HIT-L2 shared'])
    expect(loads).toEqual([1, 0])
  })

  test('callers after a record of the log load once more on each node, and do not wait for the load of before', async () => {
    const { loads, callFrom, answer } = useKey('changed')
    const early = [callFrom(0), callFrom(1)]
    await waitFor('both load', () => loads.every((count) => count > 0))
    position += 1
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['w:mouse'] }])
    const consumed = await Promise.all(nodes.map(({ syncPoint }) => syncPoint.wait(BigInt(position), 5_000)))
    expect(consumed).toEqual([true, true])
    const late = [callFrom(0), callFrom(1)]
    await waitFor('both load again', () => loads.every((count) => count === 2))
    answer()
    expect(await toldTo([...early, ...late])).toEqual(['MISS changed'])
    expect(loads).toEqual([2, 2])
  })
})
