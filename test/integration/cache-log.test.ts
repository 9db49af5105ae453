/**
 * The invalidation log on a real Redis: what a publisher appends is consumed in order, and whatever breaks the
 * log (flush, rewind, another epoch, a trimmed tail) makes every reader forget what it holds.
 */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { watermarkText } from '../../src/cache/entry.ts'
import { readOnce } from '../../src/cache/log-reader.ts'
import { parseRecord } from '../../src/cache/log-record.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { SyncPoint } from '../../src/cache/sync-point.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { bindScript, readScript } from '../../src/redis/scripts.ts'
import { useInvalidationLog } from '../support/invalidation-log.ts'
import { waitFor } from '../support/wait-for.ts'

const { stop, connect, useLog } = useInvalidationLog()

describe('invalidation log', () => {
  test('a tag that was published invalidates what a reader holds', async () => {
    const { writer, reader } = await useLog()
    const node = await reader()
    await node.once()
    const stamp = node.watermark.consumed
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['w:mouse'] }])
    await node.once()
    expect(node.watermark.isValid(stamp, ['w:mouse'])).toBe(false)
    expect(node.watermark.isValid(stamp, ['w:other'])).toBe(true)
  })

  test('a heartbeat gives a lease, and not while a write of before it is unpublished', async () => {
    const { writer, reader } = await useLog()
    const node = await reader()
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['a'] }])
    await node.once()
    const sent = writer.sending()
    await writer.beat()
    await node.once()
    expect(node.lease.isFresh(performance.now())).toBe(false)
    await writer.publish([sent], [{ verb: 'expire', tags: ['b'] }])
    await waitFor(
      'the heartbeat arrives',
      async () => {
        await node.once()
        return node.lease.isFresh(performance.now())
      },
      { deadlineMs: 5_000 },
    )
  })

  test('a flushed Redis begins a new epoch and every reader forgets', async () => {
    const { keys, redis, writer, reader } = await useLog()
    for (const tag of ['a', 'b', 'c'])
      await writer.publish([writer.sending()], [{ verb: 'expire', tags: [tag] }])
    const node = await reader()
    await node.once()
    await redis.del(keys.seq, keys.log, keys.epoch, keys.tick)
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['d'] }])
    await node.once()
    expect(node.resets).toEqual(['start', 'epoch'])
    expect(node.watermark.consumed).toBe(1)
  })

  test('a flush ends lease and position of a reader until a heartbeat of the new epoch', async () => {
    const { keys, redis, writer, reader } = await useLog()
    const syncPoint = new SyncPoint()
    const node = await reader()
    const once = () => readOnce({ ...node, syncPoint })
    const isFresh = () => node.lease.isFresh(performance.now())
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['a'] }])
    await waitFor('a lease', async () => {
      await once()
      await writer.beat()
      return isFresh()
    })
    expect(await syncPoint.wait(0x10n, 0)).toBe(true)
    await redis.del(keys.seq, keys.log, keys.epoch, keys.tick)
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['b'] }])
    await once()
    expect([isFresh(), await syncPoint.wait(0x10n, 0)]).toEqual([false, false])
  })

  test('a publisher that had to drop records begins a new epoch before it appends again', async () => {
    const { keys, redis, reader } = await useLog()
    const node = await reader()
    await node.once()
    const epoch = await redis.get(keys.epoch)
    const waiting = new LogWriter({
      connection: await connect(),
      keys,
      freshEpoch: randomUUID,
      lsn: () => '0/10',
    })
    const record = [{ verb: 'expire' as const, tags: ['a'] }]
    const dropped = Array.from({ length: 10_001 }, () => waiting.publish([waiting.sending()], record))
    expect([waiting.queued, waiting.isSettled]).toEqual([1, false])
    void waiting.run(stop.signal)
    await Promise.all(dropped)
    await waitFor('the rest is appended', () => waiting.isSettled)
    await node.once()
    expect([node.resets, (await redis.get(keys.epoch)) === epoch]).toEqual([['start', 'epoch'], false])
  })

  test('a reader that the trimmed log left behind forgets what it holds', async () => {
    const { keys, redis, writer, reader } = await useLog()
    const node = await reader()
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['a'] }])
    await node.once()
    for (const tag of ['b', 'c', 'd'])
      await writer.publish([writer.sending()], [{ verb: 'expire', tags: [tag] }])
    await redis.xtrim(keys.log, 'MAXLEN', 1)
    await node.once()
    expect(node.resets).toEqual(['start', 'gap'])
    expect(node.watermark.isValid(1, [])).toBe(false)
  })

  test('a starting reader replays the tail, so that older answers stay usable', async () => {
    const { writer, reader } = await useLog()
    for (const tag of ['a', 'b', 'c'])
      await writer.publish([writer.sending()], [{ verb: 'expire', tags: [tag] }])
    const node = await reader()
    await node.once()
    expect(node.watermark.isValid(1, ['a'])).toBe(true)
    expect(node.watermark.isValid(1, ['b'])).toBe(false)
  })
})

describe('positions of the change stream in the log', () => {
  async function usePositions() {
    const keys = cacheKeys(`t_${randomUUID()}:`)
    const redis = await connect()
    const position = { lsn: '0/10' }
    const parts = { connection: redis, keys, freshEpoch: randomUUID, lsn: () => position.lsn }
    const writer = new LogWriter(parts)
    const written = async () => {
      void writer.run(stop.signal)
      await waitFor('everything is written', () => writer.isSettled)
      const entries = await redis.xrange(keys.log, '-', '+')
      return entries.map((entry) => parseRecord(entry).lsn)
    }
    return { writer, position, written }
  }

  test('a record carries the position of when it was queued, not of when Redis took it', async () => {
    const { writer, position, written } = await usePositions()
    void writer.publish([writer.sending()], [{ verb: 'expire', tags: ['a'] }])
    position.lsn = '0/20' // of what is published next
    void writer.publish([writer.sending()], [{ verb: 'expire', tags: ['b'] }])
    position.lsn = '0/30'
    expect(await written()).toEqual(['0/10', '0/20'])
  })

  test('of the records of one publication only the last has all of it behind it', async () => {
    const { writer, position, written } = await usePositions()
    void writer.publish([writer.sending()], [{ verb: 'expire', tags: ['a'] }])
    position.lsn = '0/20'
    void writer.publish(
      [writer.sending()],
      [
        { verb: 'expire', tags: ['b'] },
        { verb: 'remove', tags: ['c'] },
      ],
    )
    expect(await written()).toEqual(['0/10', '0/10', '0/20'])
  })
})

describe.concurrent('cache-model-boot: the replay of the log tail on a real Redis', () => {
  /** Records 1..n with the tags t1..tn, as a publisher writes them, and the position after them. */
  async function fill({ keys, redis }: Awaited<ReturnType<typeof useLog>>, n: number) {
    const batch = redis.pipeline()
    for (let id = 1; id <= n; id++) batch.xadd(keys.log, `${id}-0`, 't', `t${id}`, 'v', 'expire', 'l', '0/10')
    await batch.set(keys.seq, n).set(keys.epoch, 'e').exec()
  }
  const tagOf = (n: number) => [`t${n}`]

  test('a tail of several pages is read whole', async () => {
    const log = await useLog()
    await fill(log, 4_500)
    const node = await log.reader()
    await node.once()
    expect(node.watermark.isValid(0, ['untouched'])).toBe(true)
    expect([1, 2_000, 4_500].map((n) => node.watermark.isValid(n - 1, tagOf(n)))).toEqual([
      false,
      false,
      false,
    ])
    expect(node.watermark.isValid(4_499, tagOf(4_499))).toBe(true)
  })

  test('the floor of a trimmed log is the oldest record that was read', async () => {
    const log = await useLog()
    await fill(log, 50)
    await log.redis.xtrim(log.keys.log, 'MAXLEN', 10)
    const node = await log.reader()
    await node.once()
    expect(node.watermark.isValid(40, ['untouched'])).toBe(true)
    expect(node.watermark.isValid(39, ['untouched'])).toBe(false)
  })

  test('records before a gap count for nothing', async () => {
    const log = await useLog()
    await fill(log, 50)
    await log.redis.xdel(log.keys.log, '30-0')
    const node = await log.reader()
    await node.once()
    expect(node.watermark.isValid(30, ['untouched'])).toBe(true)
    expect(node.watermark.isValid(29, ['untouched'])).toBe(false)
  })

  test('a log that does not reach the position gives no tail at all', async () => {
    const log = await useLog()
    await fill(log, 50)
    await log.redis.xdel(log.keys.log, '50-0')
    const node = await log.reader()
    await node.once()
    expect(node.watermark.isValid(49, ['untouched'])).toBe(false)
    expect(node.watermark.isValid(50, ['untouched'])).toBe(true)
  })
})

describe.concurrent('cache-rewind: a failover sets the log back', () => {
  test('a position set back by hand gives a new epoch, and all nodes reset', async () => {
    const { keys, redis, writer, reader } = await useLog()
    for (const tag of ['a', 'b', 'c'])
      await writer.publish([writer.sending()], [{ verb: 'expire', tags: [tag] }])
    const nodes = [await reader(), await reader(), await reader()]
    await Promise.all(nodes.map((node) => node.once()))
    const epoch = nodes[0]?.watermark.epoch
    await redis.set(keys.seq, 1)
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['d'] }])
    await Promise.all(nodes.map((node) => node.once()))
    expect(nodes.map(({ resets }) => resets.at(-1))).toEqual(['epoch', 'epoch', 'epoch'])
    expect(new Set(nodes.map(({ watermark }) => watermark.epoch)).size).toBe(1)
    expect(nodes[0]?.watermark.epoch).not.toBe(epoch)
    expect(nodes.map(({ watermark }) => watermark.isValid(1, []))).toEqual([false, false, false])
  })

  test('a position behind what a node has consumed resets it before any record is written', async () => {
    const { keys, redis, writer, reader } = await useLog()
    for (const tag of ['a', 'b', 'c'])
      await writer.publish([writer.sending()], [{ verb: 'expire', tags: [tag] }])
    const node = await reader()
    await node.once()
    await redis.set(keys.seq, 1)
    await node.once()
    expect(node.resets).toEqual(['start', 'rewind'])
    expect(node.lease.isFresh(performance.now())).toBe(false)
  })
})

describe('cache-cas: a slow node does not overwrite a newer answer', () => {
  test('a fill of an older position is refused, one of the same or a newer position is stored', async () => {
    const redis = await connect()
    const storeEntry = bindScript(redis, readScript('store-entry'))
    const key = cacheKeys(`t_${randomUUID()}:`).entry('e', 'k')
    const store = async (position: number) => {
      const watermark = watermarkText(position)
      return (await storeEntry([key], [watermark, `${watermark}1...`, 60_000]))[0]
    }
    const outcomes: unknown[] = []
    for (const position of [5, 4, 5, 10, 9, 100]) outcomes.push(await store(position))
    expect(outcomes).toEqual(['stored', 'newer', 'stored', 'stored', 'newer', 'stored'])
    expect(await redis.pttl(key)).toBeGreaterThan(0)
  })
})
