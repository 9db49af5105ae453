/** An invalidation log of a test's own on the run's Redis: a publisher, and as many readers as it wants. */
import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { Lease } from '../../src/cache/lease.ts'
import { type LogReaderParts, type ResetReason, readOnce } from '../../src/cache/log-reader.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { Watermark } from '../../src/cache/watermark.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { waitFor } from './wait-for.ts'

/** Call at the top of the file: what it makes ends with the file. */
export function useInvalidationLog() {
  const stop = new AbortController()
  const connections: { disconnect(): void }[] = []
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
      onError: () => undefined, // a command that fails says so to its caller
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

  return { stop, connect, useLog }
}
