/**
 * Follows the invalidation log on a connection of its own and feeds watermark and lease. Nothing that goes wrong
 * here needs handling elsewhere: while the log cannot be read the lease ages, and the cache falls back to its
 * short mode by itself.
 *
 * L1 A tick is asked for before epoch and position are read, and its time is taken before that.
 * L2 A gap, another epoch or a position behind what was consumed resets everything.
 * L3 A starting node replays the tail of the log, so that older entries of the second tier can be used; the
 *    floor is the oldest record it read.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '../redis/connection.ts'
import type { CacheKeys } from '../redis/keys.ts'
import type { Lease } from './lease.ts'
import { consumable, parseRecord, type StreamEntry } from './log-record.ts'
import type { SyncPoint } from './sync-point.ts'
import type { LogRecord, Watermark } from './watermark.ts'

/** XREAD waits this long for a record; the connection's command timeout must be longer. */
export const BLOCK_MS = 400
const RECORDS_PER_READ = 1_000
const TAIL_MAX = 20_000
const TAIL_PAGE = 2_000
const PAUSE_MS = 50

export type LogReaderParts = {
  readonly connection: Redis
  readonly keys: CacheKeys
  readonly watermark: Watermark
  readonly lease: Lease
  /** Learns the positions that records carry; absent where nobody waits for one. */
  readonly syncPoint?: SyncPoint
  /** Monotonic ms. */
  readonly now: () => number
  /** A name for a log that has none yet. */
  readonly freshEpoch: () => string
  /** Everything held is invalid. */
  readonly onReset: (reason: ResetReason) => void
  /** Called when the log was read once: the node knows where it stands. */
  readonly onFirstRead?: () => void
  /** Records that were written and not consumed, at each look. */
  readonly onBehind?: (records: number) => void
  readonly onError?: (error: unknown) => void
}

export type ResetReason = 'start' | 'epoch' | 'rewind' | 'gap'

/** Follow the log until the signal aborts. Never throws. */
export async function followLog(parts: LogReaderParts, signal: AbortSignal): Promise<void> {
  let hasRead = false
  while (!signal.aborted) {
    try {
      await readOnce(parts)
      if (!hasRead) parts.onFirstRead?.()
      hasRead = true
    } catch (error) {
      if (signal.aborted) return
      parts.onError?.(error)
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** One round: ask for a tick, check the life of the log, read what is new. */
export async function readOnce(parts: LogReaderParts): Promise<void> {
  const { connection, keys, watermark, lease, now } = parts
  const askedAt = now()
  const tick = await connection.incr(keys.tick)
  const position = await readPosition(parts)
  const reason = resetReason(watermark, position)
  if (reason) await reset(parts, position, reason)
  parts.onBehind?.(position.seq - watermark.consumed)
  lease.asked(askedAt, tick)
  const from = `${watermark.consumed}-0`
  const found = await connection.xread(
    'COUNT',
    RECORDS_PER_READ,
    'BLOCK',
    BLOCK_MS,
    'STREAMS',
    keys.log,
    from,
  )
  for (const entry of found?.[0]?.[1] ?? []) {
    if (consume(parts, entry)) continue
    await reset(parts, await readPosition(parts), 'gap')
    return
  }
}

type Position = { readonly epoch: string; readonly seq: number }

async function readPosition({ connection, keys, freshEpoch }: LogReaderParts): Promise<Position> {
  const [epoch, seq] = await connection.mget(keys.epoch, keys.seq)
  if (epoch) return { epoch, seq: Number(seq ?? 0) }
  await connection.set(keys.epoch, freshEpoch(), 'NX')
  const [made, after] = await connection.mget(keys.epoch, keys.seq)
  return { epoch: made ?? '', seq: Number(after ?? 0) }
}

function resetReason(watermark: Watermark, position: Position): ResetReason | null {
  if (watermark.epoch === null) return 'start'
  if (watermark.epoch !== position.epoch) return 'epoch'
  return position.seq < watermark.consumed ? 'rewind' : null
}

/** @returns false for a gap */
function consume({ watermark, lease, syncPoint }: LogReaderParts, entry: StreamEntry): boolean {
  const parsed = parseRecord(entry)
  if (!watermark.apply(consumable(parsed))) return false
  if (parsed.kind === 'heartbeat' && parsed.epoch === watermark.epoch) lease.heartbeat(parsed.tick)
  syncPoint?.reached(parsed.lsn)
  return true
}

async function reset(parts: LogReaderParts, position: Position, reason: ResetReason): Promise<void> {
  const { watermark, lease } = parts
  const tail = reason === 'start' ? await readTail(parts, position) : []
  lease.lose()
  parts.syncPoint?.forget()
  watermark.resetWithTail(position.epoch, position.seq, tail)
  parts.onReset(reason)
}

/**
 * The newest records up to `position`, contiguous, oldest first; they end at a gap. Empty when the log changed its
 * life meanwhile: the floor is then the position itself.
 */
async function readTail({ connection, keys }: LogReaderParts, position: Position): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for (let isWhole = true; isWhole && records.length < TAIL_MAX; ) {
    const next = position.seq - records.length
    if (next <= 0) break
    const page = await connection.xrevrange(keys.log, `${next}-0`, '-', 'COUNT', TAIL_PAGE)
    const found = page.map((entry) => consumable(parseRecord(entry)))
    const gap = found.findIndex((record, i) => record.id !== next - i)
    records.push(...(gap === -1 ? found : found.slice(0, gap)))
    isWhole = gap === -1 && page.length === TAIL_PAGE
  }
  const epoch = await connection.get(keys.epoch)
  return epoch === position.epoch ? records.reverse() : []
}
