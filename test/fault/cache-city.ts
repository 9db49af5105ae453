/**
 * Three nodes, one publisher and a real Redis under faults. The index is simulated (a version per key, and when
 * each version became visible), everything else is the real code: log writer, log reader, lease, watermark, both
 * tiers. Measured is the added staleness of each answer: how long before the request a newer version was visible.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Doorkeeper } from '../../src/cache/doorkeeper.ts'
import { createFirstTier } from '../../src/cache/first-tier.ts'
import { Lease } from '../../src/cache/lease.ts'
import { followLog } from '../../src/cache/log-reader.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { createRedisTier } from '../../src/cache/redis-tier.ts'
import { TwoTierCache } from '../../src/cache/two-tier.ts'
import { TAG_ALL, Watermark } from '../../src/cache/watermark.ts'
import { connectRedis, type Redis } from '../../src/redis/connection.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { deletingPublisher, listeningNode, type NodeCache, type Publisher } from './del-and-pubsub.ts'

const KEYS = 20
const WRITE_EVERY_MS = 25
const BEAT_MS = 300
const now = () => performance.now()

/** Ours, or what caches without a log do. */
export type Protocol = 'log' | 'del_and_pubsub'

type Version = { readonly version: number; readonly visibleAt: number }

export type Staleness = { reads: number; failed: number; maxMs: number; hits: number; over: number }

export class CacheCity {
  readonly #url: string
  readonly #prefix = `t_${randomUUID()}:`
  readonly #keys = cacheKeys(this.#prefix)
  readonly #protocol: Protocol
  readonly #random: () => number
  readonly #boundMs: number
  readonly #history: Version[][] = Array.from({ length: KEYS }, () => [{ version: 0, visibleAt: 0 }])
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []
  readonly #nodeStops: AbortController[] = []
  #publisher: { writer: Publisher; stop: AbortController } | null = null
  /** While set, the publisher does nothing: neither records nor heartbeats. */
  #stalled = false
  readonly found: Staleness = { reads: 0, failed: 0, maxMs: 0, hits: 0, over: 0 }

  /** @param boundMs answers that are staler count as `over` */
  constructor(url: string, random: () => number, boundMs: number, protocol: Protocol = 'log') {
    this.#protocol = protocol
    this.#url = url
    this.#random = random
    this.#boundMs = boundMs
  }

  async start(nodes: number): Promise<void> {
    await this.startPublisher()
    for (let node = 0; node < nodes; node++) this.startNode(node)
    this.#running.push(this.#writeForEver())
  }

  async end(): Promise<Staleness> {
    this.#stop.abort()
    this.#publisher?.stop.abort()
    for (const stop of this.#nodeStops) stop.abort()
    await Promise.all(this.#running)
    return this.found
  }

  /** A publisher that starts uncleanly: what its predecessor had not appended is lost, so a new epoch begins. */
  async startPublisher(): Promise<void> {
    const stop = new AbortController()
    const connection = this.#connect(1_000, false, stop.signal)
    const parts = { connection, keys: this.#keys, freshEpoch: randomUUID, lsn: () => '0/0' }
    const writer: Publisher =
      this.#protocol === 'log' ? new LogWriter(parts) : deletingPublisher(connection, this.#prefix)
    await this.#untilDone(() => writer.newEpoch(), stop.signal)
    this.#publisher = { writer, stop }
    this.#running.push(writer.run(stop.signal), this.#beatForEver(writer, stop.signal))
  }

  /** SIGKILL of the indexer: its queue is gone. */
  killPublisher(): void {
    this.#publisher?.stop.abort()
    this.#publisher = null
  }

  async stallPublisher(ms: number): Promise<void> {
    this.#stalled = true
    await sleep(ms)
    this.#stalled = false
  }

  /** Start a node, or start it again with empty memory. */
  startNode(index: number): void {
    this.#nodeStops[index]?.abort()
    const stop = new AbortController()
    this.#nodeStops[index] = stop
    const cache =
      this.#protocol === 'log' ? this.#followingNode(stop.signal) : this.#listeningNode(stop.signal)
    for (let reader = 0; reader < 4; reader++) this.#running.push(this.#readForEver(cache, stop.signal))
  }

  #followingNode(signal: AbortSignal): NodeCache {
    const watermark = new Watermark()
    const lease = new Lease()
    const l1 = createFirstTier(1_000_000)
    const random = () => 1 - this.#random()
    const data = this.#connect(50, true, signal)
    const l2 = createRedisTier({ connection: data, keys: this.#keys, now, random })
    const doorkeeper = new Doorkeeper(now())
    const cache = new TwoTierCache({ l1, l2, watermark, lease, doorkeeper, now, random })
    const log = {
      connection: this.#connect(1_000, false, signal),
      ...{ keys: this.#keys, watermark, lease, now },
      freshEpoch: randomUUID,
      onReset: () => cache.clear(),
    }
    this.#running.push(followLog(log, signal))
    return {
      getOrLoad: ({ key, load }, left) =>
        cache.getOrLoad({ key, family: 'search', mayCarry: [TAG_ALL, `k:${key}`], load }, left),
    }
  }

  #listeningNode(signal: AbortSignal): NodeCache {
    const told = this.#connect(1_000, false, signal)
    return listeningNode(this.#connect(50, true, signal), told, this.#prefix, now)
  }

  async #readForEver(cache: NodeCache, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const key = Math.floor(this.#random() * KEYS)
      const askedAt = now()
      try {
        const tags = [TAG_ALL, `k:${key}`]
        const load = () => this.#load(key, tags)
        const { entry, source } = await cache.getOrLoad({ key: String(key), load }, signal)
        this.#judge(key, Number(entry.body), askedAt, source.startsWith('HIT'))
      } catch {
        if (!signal.aborted) this.found.failed += 1
      }
      await sleep(1)
    }
  }

  /** The index answers with what was visible at some moment of the load, and takes a while to say it. */
  async #load(key: number, tags: readonly string[]) {
    await sleep(this.#random() * 5)
    const body = String(this.#history[key]?.at(-1)?.version ?? 0)
    await sleep(this.#random() * 5)
    return { tags, status: 200, headers: {}, body, kind: 'hit', isStorable: true } as const
  }

  #judge(key: number, version: number, askedAt: number, isHit: boolean): void {
    const newer = this.#history[key]?.[version + 1]
    const staleMs = newer ? Math.max(0, askedAt - newer.visibleAt) : 0
    this.found.reads += 1
    if (isHit) this.found.hits += 1
    if (staleMs > this.#boundMs) this.found.over += 1
    this.found.maxMs = Math.max(this.found.maxMs, staleMs)
  }

  /** The indexer: send, become visible, learn of it a little later, publish. */
  async #writeForEver(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const publisher = this.#publisher
      if (publisher && !this.#stalled) {
        const key = Math.floor(this.#random() * KEYS)
        const sent = publisher.writer.sending()
        await sleep(this.#random() * 5)
        const history = this.#history[key] ?? []
        history.push({ version: history.length, visibleAt: now() })
        await sleep(this.#random() * 5)
        // A stall may begin between visible and published: the tags wait with the publisher.
        while (this.#stalled) await sleep(10)
        void publisher.writer.publish([sent], [{ verb: 'expire', tags: [`k:${key}`] }])
      }
      await sleep(WRITE_EVERY_MS)
    }
  }

  async #beatForEver(writer: Publisher, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.#stalled) await writer.beat().catch(() => undefined)
      await sleep(BEAT_MS)
    }
  }

  #connect(commandTimeoutMs: number, pipelining: boolean, signal: AbortSignal): Redis {
    const options = { url: this.#url, name: 'city', commandTimeoutMs, pipelining, onError: () => undefined }
    const connection = connectRedis(options, this.#random)
    signal.addEventListener('abort', () => connection.disconnect(), { once: true })
    return connection
  }

  async #untilDone(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isDone = await work().then(
        () => true,
        () => false,
      )
      if (isDone) return
      await sleep(50)
    }
  }
}
