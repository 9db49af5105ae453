/**
 * Live stock for browsers: one reader of the topic a process, fanned out in memory.
 *
 * H1 Who connects gets a snapshot, also after a reconnect; never a replay. A browser never gets a lower version of a
 *    SKU after a higher one.
 * H2 A change reaches every watcher within the window, and a SKU is sent at most once a window.
 * H3 What may have been missed is read: after Redis was away, at a gap in the versions, for a SKU that was being read
 *    when its event came, and every so often for all that is watched.
 * H4 While Redis is away the watchers are told, and one query a time reads what they watch.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Redis } from '../redis/connection.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { fieldsOf, parseEntry, type StreamEntry } from './entry.ts'
import { sseEvent, sseRetry } from './sse.ts'
import { type ReadStock, StockReadings } from './stock-readings.ts'
import { rowAfter, type StockRow, stockView } from './stock-view.ts'
import { followTopic } from './topic-reader.ts'
import { type Sink, Watcher } from './watchers.ts'

export type StockHubTiming = {
  /** Changes of one SKU within this time are sent once, ms. */
  readonly windowMs: number
  /** Longest silence of a stream, ms. */
  readonly commentMs: number
  /** Between two readings of everything while Redis is away, ms. */
  readonly degradedMs: number
  /** The same while all is well: it heals whatever nobody noticed, ms. */
  readonly checkMs: number
  /** Redis may be away for this long before anybody is told, ms. */
  readonly graceMs: number
}

export const STOCK_HUB_TIMING: StockHubTiming = {
  windowMs: 250,
  commentMs: 15_000,
  degradedMs: 2_000,
  checkMs: 15_000,
  graceMs: 1_000,
}

export type StockHubParts = {
  /** Of its own: it blocks. */
  readonly connection: Redis
  readonly stream: string
  readonly readStock: ReadStock
  readonly timing: StockHubTiming
  readonly metrics: Metrics
  readonly log: Logger
  /** Monotonic ms. */
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

type Entry = {
  readonly sku: string
  readonly watchers: Set<Watcher>
  /** null: not read yet, or there is no such SKU. */
  row: StockRow | null
  wasRead: boolean
  /** When the change that waits to be sent came, ms; null: nothing waits. */
  dirtyMs: number | null
}

/** A browser that has not taken this much is cut: it comes back to a snapshot. */
const UNSENT_MAX_BYTES = 65_536
const TICK_MS = 250
/** Changes that are due this soon go with those that are due. */
const SLACK_MS = 10
/** Browsers come back spread over this time. */
const RECONNECT_MS = { least: 1_000, most: 5_000 }
const DEGRADED = sseEvent('degraded', null, {})
const LIVE = sseEvent('live', null, {})

export class StockHub {
  readonly #parts: StockHubParts
  readonly #entries = new Map<string, Entry>()
  readonly #watchers = new Set<Watcher>()
  /** Entries with a change, the oldest first. */
  #due: Entry[] = []
  #timer: NodeJS.Timeout | null = null
  readonly #readings: StockReadings
  #isDegraded = false
  #isDraining = false
  #readAllMs: number
  #position: string | null = null

  constructor(parts: StockHubParts) {
    this.#parts = parts
    this.#readAllMs = parts.now()
    this.#readings = new StockReadings(parts.readStock, (skus, rows) => this.#takeRows(skus, rows), parts.log)
  }

  /** Watchers of this moment. */
  get size(): number {
    return this.#watchers.size
  }

  /**
   * Send a snapshot of these SKUs as soon as they are read, then every change.
   * @param skus each once
   * @returns to be called when the browser has gone; calling it again changes nothing
   */
  watch(skus: readonly string[], sink: Sink): () => void {
    if (this.#isDraining) {
      sink.end(this.#goodbye())
      return () => undefined
    }
    const watcher = new Watcher(skus, sink, this.#parts.now())
    this.#watchers.add(watcher)
    if (this.#isDegraded) watcher.tell(DEGRADED)
    const entries = skus.map((sku) => this.#entryOf(sku))
    for (const entry of entries) entry.watchers.add(watcher)
    this.#countWatchers()
    this.#trySnapshot(watcher)
    this.#readings.want(entries.flatMap(({ sku, wasRead }) => (wasRead ? [] : [sku])))
    return () => this.#leave(watcher)
  }

  #entryOf(sku: string): Entry {
    const known = this.#entries.get(sku)
    if (known) return known
    const entry: Entry = { sku, watchers: new Set(), row: null, wasRead: false, dirtyMs: null }
    this.#entries.set(sku, entry)
    return entry
  }

  /** Follow the topic until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, stream, now, timing } = this.#parts
    const following = followTopic(
      {
        connection,
        stream,
        now,
        graceMs: timing.graceMs,
        onEntries: (entries) => this.#onEntries(entries),
        onAway: (reason) => this.#onAway(reason),
        onBack: () => this.#onBack(),
      },
      signal,
    )
    while (!signal.aborted) {
      await sleep(TICK_MS, undefined, { signal }).catch(() => undefined)
      this.#tick()
    }
    await following
  }

  /** Ask every browser to come back a little later, and end its stream. From now on nobody is taken. */
  drain(): void {
    this.#isDraining = true
    for (const watcher of [...this.#watchers]) {
      this.#leave(watcher)
      watcher.sink.end(this.#goodbye())
      this.#parts.metrics.count('sse_closed_total', { reason: 'drain' })
    }
  }

  #goodbye(): string {
    const { least, most } = RECONNECT_MS
    return sseRetry(least + this.#parts.random() * (most - least))
  }

  #leave(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher)) return
    for (const sku of watcher.skus) {
      const entry = this.#entries.get(sku)
      entry?.watchers.delete(watcher)
      if (entry?.watchers.size !== 0) continue
      this.#entries.delete(sku)
      this.#readings.forget(sku)
    }
    this.#countWatchers()
  }

  #countWatchers(): void {
    this.#parts.metrics.set('sse_clients', this.#watchers.size)
  }

  #onEntries(entries: readonly StreamEntry[]): void {
    this.#position = entries.at(-1)?.[0] ?? this.#position
    const missed: string[] = []
    for (const [id, list] of entries) {
      const fields = fieldsOf(list)
      const entry = this.#entries.get(fields['key'] ?? '')
      if (!entry) continue // read in full only where somebody watches
      const parsed = parseEntry(id, fields)
      if (parsed.kind !== 'event' || parsed.event.type !== 'stock.changed') continue
      const { payload } = parsed.event
      const before = entry.row
      const isGap = before === null || payload.ver > before.ver + 1
      if (before) this.#put(entry, rowAfter(before, payload))
      if (isGap) missed.push(entry.sku) // also when it is being read: that reading may be older (H3)
    }
    this.#readings.want(missed)
  }

  #put(entry: Entry, row: StockRow): void {
    const isNewer = entry.row === null || row.ver > entry.row.ver
    entry.row = row
    if (!isNewer || entry.dirtyMs !== null) return
    entry.dirtyMs = this.#parts.now()
    this.#due.push(entry)
    this.#timer ??= setTimeout(() => this.#flushDue(), this.#parts.timing.windowMs)
  }

  #flushDue(): void {
    const { now, timing, metrics } = this.#parts
    this.#timer = null
    const dueBefore = now() - timing.windowMs + SLACK_MS
    const later = this.#due.findIndex(({ dirtyMs }) => (dirtyMs ?? 0) > dueBefore)
    const ready = this.#due.splice(0, later === -1 ? this.#due.length : later)
    const touched = new Set<Watcher>()
    const since = ready.map(({ dirtyMs }) => dirtyMs ?? 0)
    for (const entry of ready) {
      entry.dirtyMs = null
      if (entry.row === null) continue
      const frame = sseEvent('stock', this.#position, stockView(entry.row))
      for (const watcher of entry.watchers) {
        if (watcher.hasSnapshot && watcher.add(entry.sku, entry.row.ver, frame)) touched.add(watcher)
      }
    }
    for (const watcher of touched) this.#flush(watcher)
    for (const dirtyMs of since) metrics.observe('sse_push_seconds', (now() - dirtyMs) / 1_000)
    const [next] = this.#due
    if (next) this.#timer = setTimeout(() => this.#flushDue(), (next.dirtyMs ?? 0) + timing.windowMs - now())
  }

  #flush(watcher: Watcher): void {
    if (watcher.flush(this.#parts.now(), UNSENT_MAX_BYTES)) return
    this.#leave(watcher)
    watcher.sink.destroy()
    this.#parts.metrics.count('sse_closed_total', { reason: 'slow' })
  }

  #trySnapshot(watcher: Watcher): void {
    const entries = watcher.skus.flatMap((sku) => this.#entries.get(sku) ?? [])
    if (watcher.hasSnapshot || entries.some(({ wasRead }) => !wasRead)) return
    const rows = entries.flatMap(({ row }) => row ?? [])
    for (const { sku, ver } of rows) watcher.add(sku, ver, '')
    watcher.tell(sseEvent('snapshot', this.#position, rows.map(stockView)))
    watcher.hasSnapshot = true
    this.#flush(watcher)
  }

  #takeRows(skus: readonly string[], rows: readonly StockRow[]): void {
    const bySku = new Map(rows.map((row) => [row.sku, row]))
    const waiting = new Set<Watcher>()
    for (const sku of skus) {
      const entry = this.#entries.get(sku)
      if (!entry) continue
      const row = bySku.get(sku)
      if (row && row.ver >= (entry.row?.ver ?? 0)) this.#put(entry, row)
      entry.wasRead = true
      for (const watcher of entry.watchers) if (!watcher.hasSnapshot) waiting.add(watcher)
    }
    for (const watcher of waiting) this.#trySnapshot(watcher)
  }

  #readAll(): void {
    this.#readAllMs = this.#parts.now()
    this.#readings.want(this.#entries.keys())
  }

  #tick(): void {
    const { now, timing } = this.#parts
    const everyMs = this.#isDegraded ? timing.degradedMs : timing.checkMs
    if (now() - this.#readAllMs >= everyMs) this.#readAll()
    for (const watcher of [...this.#watchers]) {
      watcher.keepAlive(now(), timing.commentMs)
      this.#flush(watcher)
    }
  }

  #tellAll(frame: string): void {
    for (const watcher of [...this.#watchers]) {
      watcher.tell(frame)
      this.#flush(watcher)
    }
  }

  #onAway(reason: unknown): void {
    this.#parts.log.warn({ reason: messageOf(reason) }, 'live stock comes from Postgres: Redis is away')
    this.#isDegraded = true
    this.#tellAll(DEGRADED)
    this.#readAll()
  }

  #onBack(): void {
    if (this.#isDegraded) this.#tellAll(LIVE)
    this.#isDegraded = false
    this.#readAll()
  }
}
