/**
 * Three nodes, one publisher and a Redis in simulated time: the real watermark, lease and read path, and faults in
 * what lies between them. Measured is the added staleness of each answer, as in the fault test on a real Redis: how
 * long before the request a newer version was visible in the index. Repeats by its seed; a minute takes a second.
 */
import { LRUCache } from 'lru-cache'
import { Doorkeeper } from './doorkeeper.ts'
import type { Entry } from './entry.ts'
import { Lease } from './lease.ts'
import { SimulatedLog } from './simulated-log.ts'
import { SimulatedTime } from './simulated-time.ts'
import { type SecondTier, TwoTierCache } from './two-tier.ts'
import { TAG_ALL, Watermark } from './watermark.ts'

export const SIMULATED_FAULTS = [
  'node-restart',
  'node-cut-off',
  'flush',
  'stalled-publisher',
  'killed-publisher',
] as const
export type SimulatedFault = (typeof SIMULATED_FAULTS)[number]

export type ShopOptions = {
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Faults that may happen, each 0.8 to 2.3 s after the one before. */
  readonly faults: readonly SimulatedFault[]
  /** The broken protocol: the lease follows Redis's own sequence, and not the publisher's heartbeats. */
  readonly isLeaseFromSeq: boolean
}

export type Found = {
  reads: number
  /** Answers from either tier. */
  hits: number
  /** Added staleness of each answer that was stale, ms. */
  readonly staleMs: number[]
  readonly faults: Record<SimulatedFault, number>
}

type Version = { readonly version: number; readonly visibleAt: number }
type Node = {
  readonly cache: TwoTierCache
  readonly watermark: Watermark
  readonly lease: Lease
  isCutOff: boolean
}

const NODES = 3
const READERS = 4
const KEYS = 20
const WRITE_EVERY_MS = 25
const READ_EVERY_MS = 5
const POLL_EVERY_MS = 20
const BEAT_EVERY_MS = 300
/** From a write that search shows to its tags in the queue, at most: a refresh that answers late. */
const NAMED_WITHIN_MS = 30
const STALL_MS = 3_000
/** A successor waits until nothing of a killed publisher can arrive any more, as the indexer's takeover does. */
const TAKEOVER_MS = 200
const tagsOf = (key: number) => [TAG_ALL, `k:${key}`]

export class SimulatedShop {
  readonly #options: ShopOptions
  readonly #random: () => number
  readonly #time = new SimulatedTime()
  readonly #log = new SimulatedLog()
  readonly #history: Version[][] = Array.from({ length: KEYS }, () => [{ version: 0, visibleAt: 0 }])
  readonly #nodes: Node[] = []
  /** The second tier, by epoch and key; Redis loses it with a flush. */
  readonly #shared = new Map<string, Entry>()
  #stalledUntil = 0
  readonly found: Found = {
    reads: 0,
    hits: 0,
    staleMs: [],
    faults: Object.fromEntries(SIMULATED_FAULTS.map((name) => [name, 0])) as Found['faults'],
  }

  constructor(options: ShopOptions) {
    this.#options = options
    this.#random = options.random
    for (let i = 0; i < NODES; i++) {
      this.#nodes.push(this.#boot())
      this.#time.every(POLL_EVERY_MS, () => this.#poll(i))
      for (let reader = 0; reader < READERS; reader++) this.#time.every(READ_EVERY_MS, () => this.#read(i))
    }
    this.#time.every(WRITE_EVERY_MS, () => this.#write())
    this.#time.every(BEAT_EVERY_MS, () => this.#beat())
    if (options.faults.length > 0) this.#fail()
  }

  get nowMs(): number {
    return this.#time.now
  }

  /** Let so much time pass. @param signal ends it early */
  async run(ms: number, signal: AbortSignal): Promise<void> {
    await this.#time.run(this.#time.now + ms, signal)
  }

  stallPublisher(ms: number): void {
    this.#stalledUntil = this.#time.now + ms
  }

  #between(low: number, high: number): number {
    return low + this.#random() * (high - low)
  }

  #boot(): Node {
    const watermark = new Watermark()
    const lease = new Lease()
    const l2: SecondTier = {
      get: (key, epoch) =>
        this.#time.sleep(this.#between(0.2, 3)).then(() => this.#shared.get(`${epoch} ${key}`) ?? null),
      set: (key, epoch, entry) => {
        const held = this.#shared.get(`${epoch} ${key}`)
        if (held && held.watermark > entry.watermark) return
        this.#shared.set(`${epoch} ${key}`, { ...entry, filledAt: Number.NEGATIVE_INFINITY })
      },
      remove: (key, epoch) => this.#shared.delete(`${epoch} ${key}`),
    }
    const now = () => this.#time.now
    const random = () => 1 - this.#random()
    const doorkeeper = new Doorkeeper(now())
    const l1 = new LRUCache<string, Entry>({ max: KEYS })
    const cache = new TwoTierCache({ l1, l2, watermark, lease, doorkeeper, now, random })
    return { cache, watermark, lease, isCutOff: false }
  }

  /** One round of a node's log reader: a tick, the life of the log, then what is new. */
  #poll(i: number): void {
    const node = this.#nodes[i]
    if (!node || node.isCutOff) return
    const { watermark, lease, cache } = node
    const askedAt = this.#time.now
    const tick = this.#log.ask()
    if (watermark.epoch !== this.#log.epoch || this.#log.seq < watermark.consumed) {
      const tail = watermark.epoch === null ? this.#log.records.map(({ record }) => record) : []
      lease.lose()
      watermark.resetWithTail(this.#log.epoch, this.#log.seq, tail)
      cache.clear()
    }
    lease.asked(askedAt, tick)
    for (const { record, beat } of this.#log.records.slice(watermark.consumed)) {
      watermark.apply(record)
      if (beat && !this.#options.isLeaseFromSeq) lease.heartbeat(beat)
    }
    if (this.#options.isLeaseFromSeq) lease.heartbeat(tick)
  }

  #read(i: number): void {
    const node = this.#nodes[i]
    if (!node) return
    const key = Math.floor(this.#random() * KEYS)
    const askedAt = this.#time.now
    const load = async () => {
      await this.#time.sleep(this.#between(0, 5))
      const body = String(this.#history[key]?.at(-1)?.version ?? 0)
      await this.#time.sleep(this.#between(0, 5))
      return { tags: tagsOf(key), status: 200, headers: {}, body, kind: 'hit', isStorable: true } as const
    }
    const request = { key: String(key), family: 'search', mayCarry: tagsOf(key), load } as const
    void node.cache.getOrLoad(request, new AbortController().signal).then(({ entry, source }) => {
      this.found.reads += 1
      if (source.startsWith('HIT')) this.found.hits += 1
      const newer = this.#history[key]?.[Number(entry.body) + 1]
      if (newer && newer.visibleAt < askedAt) this.found.staleMs.push(askedAt - newer.visibleAt)
    })
  }

  /** The indexer: a write becomes visible, and its tags are named a little later, or when a stall has ended. */
  #write(): void {
    if (this.#time.now < this.#stalledUntil) return
    const key = Math.floor(this.#random() * KEYS)
    const { publisher } = this.#log
    if (publisher === null) return
    const sent = publisher.sending()
    this.#time.after(this.#between(0, 5), () => {
      const history = this.#history[key] ?? []
      history.push({ version: history.length, visibleAt: this.#time.now })
      const publish = (): void => {
        const restMs = this.#stalledUntil - this.#time.now
        if (restMs > 0) this.#time.after(restMs, publish)
        else this.#log.publish(publisher, sent, `k:${key}`)
      }
      this.#time.after(this.#between(0, NAMED_WITHIN_MS), publish)
    })
  }

  #beat(): void {
    if (this.#time.now >= this.#stalledUntil) this.#log.beat()
  }

  #fail(afterMs = 0): void {
    this.#time.after(afterMs + this.#between(800, 2_300), () => {
      const { faults } = this.#options
      const name = faults[Math.floor(this.#random() * faults.length)]
      this.#fail(name === 'stalled-publisher' ? STALL_MS : 0)
      if (name) this.#happen(name)
    })
  }

  #happen(name: SimulatedFault): void {
    const i = Math.floor(this.#random() * NODES)
    const node = this.#nodes[i]
    this.found.faults[name] += 1
    switch (name) {
      case 'node-restart':
        this.#nodes[i] = this.#boot()
        break
      case 'node-cut-off':
        if (node) node.isCutOff = true
        this.#time.after(this.#between(1_000, 5_000), () => {
          if (node) node.isCutOff = false
        })
        break
      case 'flush':
        this.#shared.clear()
        this.#log.flush()
        break
      case 'stalled-publisher':
        this.stallPublisher(STALL_MS)
        break
      case 'killed-publisher':
        if (this.#log.publisher === null) break
        this.#log.killPublisher()
        this.#time.after(TAKEOVER_MS, () => this.#log.startPublisher())
        break
      default:
        throw new Error(`fault not handled: ${name satisfies never}`)
    }
  }
}
