/**
 * Every event of a topic from now on, for readers that keep nothing and answer for nothing: each process reads by
 * itself, on a connection of its own. What happened while Redis was away may be missed in part (entries trimmed, a
 * stream lost), so the reader is told, and reads the truth.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '../redis/connection.ts'
import type { StreamEntry } from './entry.ts'

/** A read waits this long; the connection's command timeout must be longer. */
export const TOPIC_WAIT_MS = 400
const READ_COUNT = 1_000
const PAUSE_MS = 50

export type TopicReaderParts = {
  readonly connection: Redis
  readonly stream: string
  /** Monotonic ms. */
  readonly now: () => number
  /** So long without an answer means away: a connection that is made anew at once is none of anybody's business, ms. */
  readonly graceMs: number
  readonly onEntries: (entries: readonly StreamEntry[]) => void
  /** Redis does not answer. */
  readonly onAway: (reason: unknown) => void
  /** It answers: at the start, and again after every failure. What happened before may have been missed. */
  readonly onBack: () => void
}

/** Read until the signal aborts. Never throws. */
export async function followTopic(parts: TopicReaderParts, signal: AbortSignal): Promise<void> {
  const { connection, stream, now, graceMs, onEntries, onAway, onBack } = parts
  let position: string | null = null
  let isSure = false
  let answeredMs = now()
  let isAway = false
  // The client sends a blocked read again on its new connection, as if nothing had happened.
  const onClose = () => {
    isSure = false
  }
  connection.on('close', onClose)
  while (!signal.aborted) {
    try {
      if (!isSure) {
        position = await startOf(connection, stream, position)
        isSure = true
        isAway = false
        onBack()
      }
      const entries = await readAfter(connection, stream, position ?? NOTHING)
      answeredMs = now()
      position = entries.at(-1)?.[0] ?? position
      if (entries.length > 0) onEntries(entries)
    } catch (thrown) {
      isSure = false
      if (!isAway && now() - answeredMs >= graceMs) {
        isAway = true
        onAway(thrown)
      }
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    }
  }
  connection.off('close', onClose)
}

const NOTHING = '0-0'

/**
 * Where to go on: at the end for a first read; where it was; or at the beginning of a stream that ends before that,
 * because it is another one.
 */
async function startOf(connection: Redis, stream: string, position: string | null): Promise<string> {
  const [last] = await connection.xrevrange(stream, '+', '-', 'COUNT', 1)
  const end = last?.[0] ?? NOTHING
  if (position === null) return end
  return isBefore(end, position) ? NOTHING : position
}

async function readAfter(connection: Redis, stream: string, id: string): Promise<readonly StreamEntry[]> {
  const found = await connection.xread('COUNT', READ_COUNT, 'BLOCK', TOPIC_WAIT_MS, 'STREAMS', stream, id)
  return found?.[0]?.[1] ?? []
}

/** Ids are two numbers: ms and a count. */
function isBefore(a: string, b: string): boolean {
  const [aMs = 0, aN = 0] = a.split('-').map(Number)
  const [bMs = 0, bN = 0] = b.split('-').map(Number)
  return aMs < bMs || (aMs === bMs && aN < bN)
}
