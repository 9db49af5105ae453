/**
 * Events of the outbox on their way to Redis, in commit order. An event is `(commit LSN, n)`, n counting the events of
 * its transaction, so a replay gives it the same position again. The queue also knows what may be acknowledged:
 * everything before the transaction of its first event (invariant I2, for events instead of documents).
 */
import type { OutboxRow } from './changes.ts'
import { formatLsn, type Lsn, maxLsn } from './lsn.ts'
import type { Snapshot } from './snapshot.ts'

export type RelayedEvent = {
  /** 24 hex digits that sort like the order of commits; empty: sent again from the table, its commit is not known. */
  readonly position: string
  readonly lsn: string
  readonly id: string
  readonly topic: string
  readonly key: string
  readonly ver: string
  readonly type: string
  /** JSON text. */
  readonly payload: string
  /** ISO 8601, UTC. */
  readonly at: string
}

export type QueuedEvent = RelayedEvent & {
  /** 64-bit id of its transaction. */
  readonly tx: bigint
  /** Commit time, ms since 1970. */
  readonly commitMs: number
  /** End of the commit before its own. */
  readonly before: Lsn
}

export type RelayQueue = {
  begin(lsn: Lsn, commitMs: number): void
  /** @throws RangeError when the row lacks a column */
  add(row: OutboxRow): void
  /** A transaction ended, or the server says that there is nothing up to here. */
  passed(end: Lsn): void
  /** The oldest, which stay in the queue. @param maxBytes of payload, but for the first */
  peek(max: number, maxBytes: number): readonly QueuedEvent[]
  /** The oldest are done with. */
  remove(count: number): void
  /** Everything at or below is done with. */
  readonly durable: Lsn
  readonly size: number
  /** Of payloads in the queue. */
  readonly bytes: number
  /** Lowest transaction id in the queue; null: it is empty. */
  readonly lowestTx: bigint | null
}

/** Removed entries are given back to memory when there are as many of them as of the others. */
const COMPACT_FROM = 1_000

/** @param start position at which the stream begins */
export function createRelayQueue(start: Lsn): RelayQueue {
  let events: QueuedEvent[] = []
  let head = 0
  let bytes = 0
  let seen = start
  let current = { lsn: start, commitMs: 0, n: 0 }
  const compact = (): void => {
    if (head < COMPACT_FROM || head * 2 < events.length) return
    events = events.slice(head)
    head = 0
  }
  return {
    begin(lsn, commitMs) {
      current = { lsn, commitMs, n: 0 }
    },
    add(row) {
      const { lsn, commitMs, n } = current
      const event = { ...eventOf(row), position: positionOf(lsn, n), lsn: formatLsn(lsn) }
      events.push({ ...event, tx: BigInt(columnOf(row, 'tx')), commitMs, before: seen })
      current.n += 1
      bytes += event.payload.length
    },
    passed(end) {
      seen = maxLsn(seen, end)
    },
    peek(max, maxBytes) {
      let room = maxBytes
      let end = head
      while (end < events.length && end - head < max && (room > 0 || end === head)) {
        room -= events[end]?.payload.length ?? 0
        end += 1
      }
      return events.slice(head, end)
    },
    remove(count) {
      for (const { payload } of events.slice(head, head + count)) bytes -= payload.length
      head += count
      compact()
    },
    get durable() {
      return events[head]?.before ?? seen
    },
    get size() {
      return events.length - head
    },
    get bytes() {
      return bytes
    },
    get lowestTx() {
      let lowest: bigint | null = null
      for (let i = head; i < events.length; i++) {
        const tx = events[i]?.tx ?? 0n
        if (lowest === null || tx < lowest) lowest = tx
      }
      return lowest
    },
  }
}

/**
 * An outbox row without its place in the stream.
 * @param row columns as text; `at` as Postgres prints it with DateStyle ISO
 * @throws RangeError when a column is missing or `at` is no time
 */
export function eventOf(row: OutboxRow): Omit<RelayedEvent, 'position' | 'lsn'> {
  return {
    id: columnOf(row, 'id'),
    topic: columnOf(row, 'topic'),
    key: columnOf(row, 'key'),
    ver: columnOf(row, 'ver'),
    type: columnOf(row, 'type'),
    payload: columnOf(row, 'payload'),
    at: new Date(columnOf(row, 'at')).toISOString(),
  }
}

/** How many of these, from the first, other sessions see: an event must not be ahead of what it tells of. */
export function countVisible(events: readonly { readonly tx: bigint }[], snapshot: Snapshot): number {
  const hidden = events.findIndex(
    ({ tx }) => tx >= snapshot.xmin && (tx >= snapshot.xmax || snapshot.running.has(tx)),
  )
  return hidden === -1 ? events.length : hidden
}

function positionOf(lsn: Lsn, n: number): string {
  return lsn.toString(16).padStart(16, '0') + n.toString(16).padStart(8, '0')
}

function columnOf(row: OutboxRow, name: string): string {
  const value = row[name]
  if (typeof value !== 'string') throw new RangeError(`outbox: a row without ${name}`)
  return value
}
