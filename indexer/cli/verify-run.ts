/**
 * One run of `indexer verify`: find the ids that may differ (by buckets, by every document, by a sample, or as
 * given), then look at those again once the stream has passed the moment of the first look, so that writes under
 * way are not reported. Reading both sides of 1M items by buckets is one statement and a few searches.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamPosition } from '../adapters/stream-position.ts'
import type { Documents } from '../adapters/verify-documents.ts'
import type { Rows } from '../adapters/verify-rows.ts'
import { NO_LSN } from '../core/lsn.ts'
import { type Content, type Difference, differingBuckets, differingIds, judge } from '../core/verify.ts'

export type Sides = { readonly rows: Rows; readonly documents: Documents; readonly stream: StreamPosition }

export type Way =
  | { readonly by: 'buckets' }
  | { readonly by: 'deep' }
  | { readonly by: 'sample'; readonly size: number; readonly random: () => number }
  | { readonly by: 'ids'; readonly ids: readonly string[] }

export type Watch = {
  /** Longest wait for the stream, ms. */
  readonly waitMs: number
  readonly signal: AbortSignal
  onDifference(difference: Difference): void
  onProgress(done: number, phase: string): void
}

export type Result = {
  /** Rows that were compared: whole documents, or counted into buckets. */
  readonly rows: number
  /** Ids that had to be looked at again. */
  readonly suspects: number
  readonly differences: number
  /** Rows that changed during each look: neither proven nor refuted. */
  readonly moving: readonly string[]
  /** `down` and `behind`: differences may be lag. */
  readonly indexer: IndexerState
}

const STATES = ['running', 'behind', 'down'] as const
export type IndexerState = (typeof STATES)[number]

/** Ids in a bucket: the sum of their 32-bit hashes stays exact in a double. */
const BUCKET_WIDTH = 10_000
const PAGE_ROWS = 1_000
/** Ids looked at again together: one wait for the stream serves all of them. */
const SETTLE_IDS = 2_000
/** A row that changes faster than the stream is watched this often, then named as moving. */
const LOOKS = 5
const POLL_MS = 50
/** A leader that lost a connection pauses up to 5 s; a standby takes over within 3 s. */
const ABSENT_MS = 8_000
/** Below every bigint id. */
const BEFORE_ALL_IDS = '-9223372036854775808'

/** @throws the signal's reason when it is aborted; driver errors when a server is away */
export async function runVerify(sides: Sides, way: Way, watch: Watch): Promise<Result> {
  const { documents } = sides
  await documents.refresh()
  const found = await suspectsOf(sides, way, watch)
  const suspects = [
    ...new Set([...found.ids, ...(way.by === 'ids' ? [] : (await documents.withoutId()).keys())]),
  ]
  const total = { differences: 0, moving: [] as string[], indexer: await indexerState(sides.stream) }
  for (let at = 0; at < suspects.length; at += SETTLE_IDS) {
    watch.onProgress(at, 'second look')
    const settled = await settle(sides, suspects.slice(at, at + SETTLE_IDS), watch)
    for (const difference of settled.differences) watch.onDifference(difference)
    total.differences += settled.differences.length
    total.moving.push(...settled.moving)
    total.indexer = worst(total.indexer, settled.indexer)
  }
  return { rows: found.rows, suspects: suspects.length, ...total }
}

async function indexerState(stream: StreamPosition): Promise<IndexerState> {
  return (await stream.reached(NO_LSN)).isRunning ? 'running' : 'down'
}

type Suspects = { readonly rows: number; readonly ids: readonly string[] }

async function suspectsOf(sides: Sides, way: Way, watch: Watch): Promise<Suspects> {
  switch (way.by) {
    case 'buckets':
      return await suspectsByBuckets(sides, watch)
    case 'deep':
      return await suspectsByDocuments(sides, watch)
    case 'sample':
      return await sampleIds(sides.rows, way.size, way.random)
    case 'ids':
      return { rows: way.ids.length, ids: way.ids }
    default:
      throw new Error(`way not handled: ${way satisfies never}`)
  }
}

async function suspectsByBuckets({ rows, documents }: Sides, watch: Watch): Promise<Suspects> {
  watch.onProgress(0, 'buckets')
  const [ofRows, ofDocuments] = await Promise.all([
    rows.buckets(BUCKET_WIDTH),
    documents.buckets(BUCKET_WIDTH),
  ])
  const counted = ofRows.reduce((sum, bucket) => sum + bucket.n, 0)
  watch.onProgress(counted, 'buckets')
  const ids: string[] = []
  for (const bucket of differingBuckets(ofRows, ofDocuments)) {
    watch.signal.throwIfAborted()
    const from = bucket * BUCKET_WIDTH
    const to = from + BUCKET_WIDTH
    const [some, others] = await Promise.all([rows.hashes(from, to), documents.hashes(from, to)])
    ids.push(...differingIds(some, others))
  }
  return { rows: counted, ids }
}

async function suspectsByDocuments({ rows, documents }: Sides, watch: Watch): Promise<Suspects> {
  const ids: string[] = []
  let done = 0
  let after = BEFORE_ALL_IDS
  let page = await rows.page(after, PAGE_ROWS)
  for (;;) {
    watch.signal.throwIfAborted()
    const { contents, last } = page
    const nextPage = last === null ? page : rows.page(last, PAGE_ROWS) // both servers are busy at a time
    const [found, next] = await Promise.all([documents.range(after, last), nextPage])
    ids.push(...differingIds(contents, found))
    done += contents.size
    watch.onProgress(done, 'documents')
    if (last === null) return { rows: done, ids }
    after = last
    page = next
  }
}

/** Random ids, a share of each random bucket. Finds rows only: an extra document has no row to be drawn. */
async function sampleIds(rows: Rows, size: number, random: () => number): Promise<Suspects> {
  const buckets = shuffled(await rows.buckets(BUCKET_WIDTH), random)
  const each = Math.ceil(size / Math.max(1, Math.min(size, buckets.length)))
  const ids: string[] = []
  for (const { bucket } of buckets) {
    if (ids.length >= size) break
    const hashes = await rows.hashes(bucket * BUCKET_WIDTH, (bucket + 1) * BUCKET_WIDTH)
    ids.push(...shuffled([...hashes.keys()], random).slice(0, Math.min(each, size - ids.length)))
  }
  return { rows: ids.length, ids }
}

/** In random order. @param random 0 <= x < 1 */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value)
}

type Settled = Pick<Result, 'moving' | 'indexer'> & { readonly differences: readonly Difference[] }

/** Row, wait until the stream has passed it, document, row: until each id is equal, different or given up. */
async function settle(
  { rows, documents, stream }: Sides,
  ids: readonly string[],
  watch: Watch,
): Promise<Settled> {
  const differences: Difference[] = []
  let open = ids
  let last: ReadonlyMap<string, Content> | null = null
  let indexer: IndexerState = 'running'
  for (let look = 0; look < LOOKS && open.length > 0; look++) {
    const before = await rows.byIds(open)
    indexer = worst(indexer, await waitForStream(stream, watch))
    await documents.refresh()
    const found = await documents.byIds(open)
    const after = await rows.byIds(open)
    const moving: string[] = []
    for (const id of open) {
      const row = { before: before.get(id) ?? null, after: after.get(id) ?? null }
      const verdict = judge(id, row, found.get(id) ?? null, last ? (last.get(id) ?? null) : undefined)
      if (verdict.is === 'different') differences.push(verdict.difference)
      if (verdict.is === 'moving') moving.push(id)
    }
    open = moving
    last = found
  }
  return { differences, moving: open, indexer }
}

/**
 * Wait until the stream has passed this moment. An indexer whose session begins anew, or whose place another takes,
 * does not read for some seconds; one that does not come back in that time is down.
 */
async function waitForStream(stream: StreamPosition, watch: Watch): Promise<IndexerState> {
  const lsn = await stream.mark()
  const startedAt = performance.now()
  const absentMs = Math.min(ABSENT_MS, watch.waitMs)
  let seenAt = startedAt
  for (;;) {
    const { isRunning, hasPassed } = await stream.reached(lsn)
    const now = performance.now()
    if (isRunning) seenAt = now
    if (hasPassed) return 'running'
    if (now - seenAt >= absentMs && !isRunning) return 'down'
    if (now - startedAt > watch.waitMs) return 'behind'
    await sleep(POLL_MS, undefined, { signal: watch.signal })
  }
}

/** The state that explains most differences. */
function worst(a: IndexerState, b: IndexerState): IndexerState {
  return STATES[Math.max(STATES.indexOf(a), STATES.indexOf(b))] ?? a
}
