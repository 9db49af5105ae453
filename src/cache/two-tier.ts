/**
 * The read path of the cache: an answer that is right up to a stated bound, from memory, from Redis, or loaded.
 *
 * B1 Added staleness is at most max(LEASE_MS, SHORT_MS) plus the response time, whatever is lost or restarted:
 *    an entry is served while the lease is fresh and no consumed record named its tags, or for SHORT_MS after it
 *    was filled here.
 * B2 A load is stamped with the position consumed before it began; the second tier is believed only while the
 *    lease is fresh, before and after it was asked.
 * B3 After a `remove` record nothing of before is served. After an `expire` record an older answer is served
 *    only when loading fails, for at most `grace_ms`, and is marked STALE.
 */
import type { Doorkeeper } from './doorkeeper.ts'
import { bytesOf, type Entry, entryBytes, type Loaded } from './entry.ts'
import { type Family, isRefreshDue, jittered, LIFETIMES } from './expiry.ts'
import type { FirstTier } from './first-tier.ts'
import { Flights } from './flight.ts'
import { type Lease, SHORT_MS } from './lease.ts'
import type { Watermark } from './watermark.ts'

/** How an answer came about, as `X-Cache` says it. */
export type Source = 'HIT-L1' | 'HIT-L2' | 'MISS' | 'STALE'
export type Cached = { readonly entry: Entry; readonly source: Source }

/** The shared tier. It never throws: a failure is a miss, and a failed store is nothing. */
export type SecondTier = {
  get(key: string, epoch: string): Promise<Entry | null>
  set(key: string, epoch: string, entry: Entry): void
  remove(key: string, epoch: string): void
}

export type TwoTierParts = {
  readonly l1: FirstTier
  readonly l2: SecondTier
  readonly watermark: Watermark
  readonly lease: Lease
  readonly doorkeeper: Doorkeeper
  /** Monotonic ms. */
  readonly now: () => number
  /** Uniform in (0, 1]. */
  readonly random: () => number
  readonly onResult?: (family: Family, source: Source, loadMs: number) => void
  /** An answer was not let into the first tier, because its key was seen for the first time. */
  readonly onRefusal?: () => void
  /** An answer near its end is loaded again before that. */
  readonly onRefresh?: () => void
}

/** What is asked for. */
export type Request = {
  readonly key: string
  readonly family: Family
  /** Every tag that the answer may carry, known before it is loaded; decides who may join a running load. */
  readonly mayCarry: readonly string[]
  /** Its signal aborts when nobody waits any more. */
  readonly load: (signal: AbortSignal) => Promise<Loaded>
  /** Known to be asked often: let into the first tier at once. */
  readonly isHot?: boolean
}

type Stamp = {
  readonly at: number
  readonly position: number
  readonly epoch: string | null
  readonly life: number
}

/** An answer larger than this is not worth the place of a hundred others. */
const ENTRY_BYTES_MAX = 1_000_000
/** A load that failed is tried again once in this time for each key while a stale answer can stand in. */
const RETRY_MS = 1_000

export class TwoTierCache {
  readonly #parts: TwoTierParts
  readonly #flights = new Flights<Cached>()
  readonly #failedAt = new Map<string, number>()

  constructor(parts: TwoTierParts) {
    this.#parts = parts
  }

  /** Loads under way. */
  get flights(): number {
    return this.#flights.size
  }

  /** Drop what is held; loads under way answer their callers and are joined by nobody new. */
  clear(): void {
    this.#parts.l1.clear()
    this.#flights.clear()
    this.#failedAt.clear()
  }

  /** Drop an entry that was found to be wrong. A newer answer that goes with it costs a load. */
  discard(key: string): void {
    const { l1, l2, watermark } = this.#parts
    l1.delete(key)
    if (watermark.epoch !== null) l2.remove(key, watermark.epoch)
  }

  /**
   * The entry of the first tier, if it may be served at this moment and needs no refresh. Costs no promise; null says
   * nothing about `getOrLoad`.
   */
  peek(key: string, family: Family): Entry | null {
    const at = this.#parts.now()
    const entry = this.#parts.l1.get(key)
    if (!entry || !this.#isServable(entry, at)) return null
    if (isRefreshDue(entry.softExpiry - at, entry.loadMs, this.#parts.random())) return null
    this.#parts.onResult?.(family, 'HIT-L1', entry.loadMs)
    return entry
  }

  /** An answer past its lifetime that may stand in while a load is too dear: within its grace, and not invalidated. */
  peekStandIn(key: string, family: Family): Entry | null {
    const entry = this.#parts.l1.get(key)
    const { watermark, lease, now } = this.#parts
    const at = now()
    if (!entry || at >= entry.hardExpiry || !lease.isFresh(at)) return null
    if (!watermark.isValid(entry.watermark, entry.tags)) return null // the bound of B1 holds under load too
    this.#parts.onResult?.(family, 'STALE', entry.loadMs)
    return entry
  }

  /**
   * The answer of a request.
   * @throws what `load` throws when nothing may stand in; the reason of `signal` when that aborts
   */
  async getOrLoad(request: Request, signal: AbortSignal): Promise<Cached> {
    const { key, family } = request
    const { l1, now, random, watermark } = this.#parts
    const at = now()
    const { life } = watermark
    const held = l1.get(key)
    if (held && this.#isServable(held, at)) {
      if (isRefreshDue(held.softExpiry - at, held.loadMs, random())) this.#refresh(request)
      return this.#told(family, { entry: held, source: 'HIT-L1' })
    }
    const standIn = held && this.#mayStandIn(held, at) ? held : null
    const failedAt = this.#failedAt.get(key)
    if (standIn && failedAt !== undefined && at - failedAt < RETRY_MS) {
      return this.#told(family, { entry: standIn, source: 'STALE' })
    }
    try {
      return this.#told(family, await this.#fly(request, signal, true))
    } catch (thrown) {
      const isForgotten = watermark.life !== life
      if (signal.aborted || !standIn || isForgotten || !this.#mayStandIn(standIn, now())) throw thrown
      this.#noteFailure(key)
      return this.#told(family, { entry: standIn, source: 'STALE' })
    }
  }

  async #fly(request: Request, signal: AbortSignal, asksSecondTier: boolean): Promise<Cached> {
    const { watermark, now } = this.#parts
    // Before anything else: what is consumed after this line may be missing in the answer.
    const { consumed: position, epoch, life } = watermark
    const stamp: Stamp = { at: now(), position, epoch, life }
    const isJoinable = (position: number, startedAt: number) =>
      stamp.at - startedAt < SHORT_MS && watermark.isValid(position, request.mayCarry)
    const work = async (unwanted: AbortSignal): Promise<Cached> => {
      const shared = asksSecondTier ? await this.#shared(request, stamp) : null
      return shared ?? { entry: await this.#load(request, stamp, unwanted), source: 'MISS' }
    }
    const begin = { watermark: stamp.position, now: stamp.at }
    return await this.#flights.run(request.key, begin, isJoinable, work, signal)
  }

  async #shared(request: Request, stamp: Stamp): Promise<Cached | null> {
    const { lease, l2, now, watermark } = this.#parts
    if (stamp.epoch === null || !lease.isFresh(stamp.at)) return null
    const entry = await l2.get(request.key, stamp.epoch)
    if (!entry || watermark.life !== stamp.life || !this.#isServable(entry, now())) return null
    this.#admit(request, entry)
    return { entry, source: 'HIT-L2' }
  }

  async #load(request: Request, stamp: Stamp, signal: AbortSignal): Promise<Entry> {
    const { now, random, watermark, l2 } = this.#parts
    const filledAt = now()
    const loaded = await request.load(signal)
    const lifetimes = LIFETIMES[request.family]
    const usual = loaded.kind === 'empty' ? lifetimes.empty_ms : lifetimes.soft_ms
    const lifetime = jittered(Math.min(usual, loaded.maxAgeMs ?? usual), random())
    const entry: Entry = {
      watermark: stamp.position,
      tags: loaded.tags,
      status: loaded.status,
      headers: loaded.headers,
      body: bytesOf(loaded.body),
      kind: loaded.kind,
      filledAt,
      softExpiry: filledAt + lifetime,
      hardExpiry: filledAt + lifetime + lifetimes.grace_ms,
      loadMs: now() - filledAt,
    }
    this.#failedAt.delete(request.key)
    // Its position says nothing in the life of the log that began meanwhile.
    if (!loaded.isStorable || watermark.life !== stamp.life) return entry
    this.#admit(request, entry)
    if (stamp.epoch !== null) l2.set(request.key, stamp.epoch, entry)
    return entry
  }

  /** Into the first tier on the second sighting, or in place of what is there already. */
  #admit({ key, isHot = false }: Request, entry: Entry): void {
    const { l1, doorkeeper, now } = this.#parts
    const isKnown = doorkeeper.sighted(key, now()) || isHot || l1.has(key)
    if (!isKnown) this.#parts.onRefusal?.()
    else if (entryBytes(key, entry) <= ENTRY_BYTES_MAX) l1.set(key, entry)
  }

  /** In the background and past the second tier, which holds the same entry. */
  #refresh(request: Request): void {
    this.#parts.onRefresh?.()
    const never = new AbortController().signal
    this.#fly(request, never, false).catch(() => this.#noteFailure(request.key))
  }

  #noteFailure(key: string): void {
    const at = this.#parts.now()
    for (const [other, failedAt] of this.#failedAt) {
      if (at - failedAt < RETRY_MS) break // in order of time: the rest is younger
      this.#failedAt.delete(other)
    }
    this.#failedAt.set(key, at)
  }

  #isServable(entry: Entry, at: number): boolean {
    const { watermark, lease } = this.#parts
    if (at >= entry.softExpiry) return false
    if (!watermark.isValid(entry.watermark, entry.tags)) return false
    return lease.isFresh(at) || at - entry.filledAt < SHORT_MS
  }

  #mayStandIn(entry: Entry, at: number): boolean {
    return at < entry.hardExpiry && !this.#parts.watermark.isRemoved(entry.watermark, entry.tags)
  }

  #told(family: Family, cached: Cached): Cached {
    this.#parts.onResult?.(family, cached.source, cached.entry.loadMs)
    return cached
  }
}
