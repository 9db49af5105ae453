/**
 * The invalidation log on a real Redis: what a publisher appends is consumed in order, and whatever breaks the
 * log (flush, rewind, another epoch, a trimmed tail) makes every reader forget what it holds.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { Lease } from '../../src/cache/lease.ts'
import { type LogReaderParts, type ResetReason, readOnce } from '../../src/cache/log-reader.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { Watermark } from '../../src/cache/watermark.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { waitFor } from '../support/wait-for.ts'

const stop = new AbortController()
const connections: { disconnect(): void }[] = []
const failures: unknown[] = []

afterAll(() => {
  stop.abort()
  for (const connection of connections) connection.disconnect()
})

async function connect() {
  const options = {
    url: inject('servers').redis,
    name: 'test',
    commandTimeoutMs: 2_000,
    pipelining: false,
    onError: (error: Error) => failures.push(error),
  }
  const connection = connectRedis(options, Math.random)
  connections.push(connection)
  await waitFor('Redis answers', async () => (await connection.ping()) === 'PONG', { deadlineMs: 5_000 })
  return connection
}

/** A log of its own with one publisher, and a way to make readers. */
async function useLog() {
  const keys = cacheKeys(`t_${randomUUID()}:`)
  const redis = await connect()
  const parts = { connection: await connect(), keys, freshEpoch: randomUUID, lsn: () => '0/10' }
  const writer = new LogWriter(parts)
  void writer.run(stop.signal)
  const reader = async () => {
    const resets: ResetReason[] = []
    const read: LogReaderParts = {
      connection: await connect(),
      keys,
      watermark: new Watermark(),
      lease: new Lease(),
      now: () => performance.now(),
      freshEpoch: randomUUID,
      onReset: (reason) => resets.push(reason),
    }
    return { ...read, resets, once: () => readOnce(read) }
  }
  return { keys, redis, writer, reader }
}

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

  test('a log that a failover set back begins a new epoch with the next record', async () => {
    const { keys, redis, writer, reader } = await useLog()
    for (const tag of ['a', 'b', 'c'])
      await writer.publish([writer.sending()], [{ verb: 'expire', tags: [tag] }])
    const node = await reader()
    await node.once()
    await redis.set(keys.seq, 1)
    await writer.publish([writer.sending()], [{ verb: 'expire', tags: ['d'] }])
    await node.once()
    expect(node.resets.at(-1)).toBe('epoch')
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
