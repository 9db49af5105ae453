/** Events of stock in a stream of a test's own, as the relay writes them. */
import { connectRedis, type Redis } from '../../src/redis/connection.ts'

const COMMAND_MS = 5_000

/** @param commandTimeoutMs of each command */
export function connectTestRedis(url: string, commandTimeoutMs = COMMAND_MS): Redis {
  return connectRedis(
    { url, name: 'test', commandTimeoutMs, pipelining: false, onError: () => undefined },
    Math.random,
  )
}

export type StockPublisher = {
  /** @param payload instead of a proper one @returns ids of the events */
  stock(stream: string, count: number, payload?: string): Promise<string[]>
  /** Id of the event that will be published after `skip` others. */
  nextId(skip: number): string
}

export function createPublisher(redis: Redis): StockPublisher {
  let last = 0
  return {
    async stock(stream, count, payload) {
      const ids = Array.from({ length: count }, () => String(++last))
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.xadd(stream, '*', ...fieldsOf(id, payload))
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
      return ids
    },
    nextId: (skip) => String(last + 1 + skip),
  }
}

const fieldsOf = (id: string, payload: string | undefined) =>
  stockFields({ id, sku: `SKU-${id}`, ver: 1, available: 1, d: 1 }, payload)

export type StockEvent = {
  readonly id: number | string
  readonly sku: string
  readonly ver: number
  readonly available: number
  readonly d?: number
}

/** Fields of an entry in the stream. @param payload instead of a proper one */
export function stockFields({ id, sku, ver, available, d = 0 }: StockEvent, payload?: string): string[] {
  const text = payload ?? JSON.stringify({ sku, ver, d, available, queue: 0, via: 'delta' })
  const at = '2026-11-23T14:02:10.114Z'
  return ['id', `${id}`, 'key', sku, 'ver', `${ver}`, 'type', 'stock.changed', 'payload', text, 'at', at]
}
