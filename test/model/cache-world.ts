/**
 * A small world for the cache: one key, integer versions, three nodes that run the real watermark and the real
 * read path, and a schedule that is drawn at random: changes, indexing, log records, crashes, requests, loads
 * that take any time. No clock and no IO, so that a schedule repeats by its seed.
 */
import { LRUCache } from 'lru-cache'
import { Doorkeeper } from '../../src/cache/doorkeeper.ts'
import type { Entry, Loaded } from '../../src/cache/entry.ts'
import { Lease } from '../../src/cache/lease.ts'
import { type SecondTier, TwoTierCache } from '../../src/cache/two-tier.ts'
import { type LogRecord, TAG_ALL, Watermark } from '../../src/cache/watermark.ts'

/** Ways to break the protocol; each has to be caught. */
export const MUTANTS = [
  'stamp_at_store',
  'publish_before_visible',
  'join_any_flight',
  'boot_without_floor',
  'plain_delete',
] as const
export type Mutant = (typeof MUTANTS)[number]

export type Outcome = { readonly serves: number; readonly violations: number; readonly hits: number }

const EPOCH = 'e'
const KEY = 'k'
const TAGS = [TAG_ALL, 't']
/** Turns of the microtask queue after which every continuation of one step has run. */
const TURNS = 12

type Load = { version: number | null; readonly settle: (loaded: Loaded) => void }
type Node = {
  watermark: Watermark
  cache: TwoTierCache
  l1: LRUCache<string, Entry>
  loads: Load[]
  /** Version of the newest change whose record this node has consumed. */
  known: number
}

export class CacheWorld {
  readonly #mutant: Mutant | null
  readonly #random: () => number
  #committed = 0
  #visible = 0
  readonly #waiting: number[] = []
  readonly #unpublished: number[] = []
  readonly #log: LogRecord[] = []
  readonly #versions: number[] = []
  #shared: Entry | null = null
  readonly #nodes: Node[]
  #serves = 0
  #violations = 0
  #hits = 0

  constructor(mutant: Mutant | null, random: () => number) {
    this.#mutant = mutant
    this.#random = random
    this.#nodes = [0, 1, 2].map(() => this.#boot())
  }

  /** Run so many random steps. @returns what was served, and how often it was older than the node knew */
  async run(steps: number): Promise<Outcome> {
    for (let i = 0; i < steps; i++) {
      this.#step()
      for (let turn = 0; turn < TURNS; turn++) await null
    }
    return { serves: this.#serves, violations: this.#violations, hits: this.#hits }
  }

  #step(): void {
    const draw = Math.floor(this.#random() * 100)
    const index = Math.floor(this.#random() * this.#nodes.length)
    const node = this.#nodes[index]
    if (!node) return
    if (draw < 10) this.#waiting.push(++this.#committed)
    else if (draw < 22) this.#indexOrPublish()
    else if (draw < 42) this.#consume(node)
    else if (draw < 47) this.#nodes[index] = this.#boot()
    else if (draw < 70) this.#request(node)
    else this.#advanceLoad(node)
  }

  #indexOrPublish(): void {
    const publishFirst = this.#mutant === 'publish_before_visible'
    const isSecondHalf = this.#unpublished.length > 0 && this.#random() < 0.6
    const version = isSecondHalf ? this.#unpublished.shift() : this.#waiting.shift()
    if (version === undefined) return
    if (!isSecondHalf) this.#unpublished.push(version)
    if (isSecondHalf !== publishFirst) this.#publish(version)
    else this.#visible = Math.max(this.#visible, version)
  }

  #publish(version: number): void {
    this.#log.push({ id: this.#log.length + 1, verb: 'expire', tags: ['t'] })
    this.#versions.push(version)
    if (this.#mutant === 'plain_delete') this.#shared = null
  }

  #consume(node: Node): void {
    const record = this.#log[node.watermark.consumed]
    if (!record) return
    if (!node.watermark.apply(record)) throw new Error('the world wrote a gap')
    node.known = Math.max(node.known, this.#versions[record.id - 1] ?? 0)
    if (this.#mutant === 'plain_delete') node.l1.clear()
  }

  #request(node: Node): void {
    const known = node.known
    const load = () => {
      const { promise, resolve } = Promise.withResolvers<Loaded>()
      node.loads.push({ version: null, settle: resolve })
      return promise
    }
    const mayCarry = this.#mutant === 'join_any_flight' ? [] : TAGS
    const request = { key: KEY, family: 'search', mayCarry, load } as const
    void node.cache.getOrLoad(request, new AbortController().signal).then(({ entry, source }) => {
      this.#serves += 1
      if (source !== 'MISS') this.#hits += 1
      if (Number(entry.body) < known) this.#violations += 1
    })
  }

  /** A load reads the index in one step and answers in a later one. */
  #advanceLoad(node: Node): void {
    const index = Math.floor(this.#random() * node.loads.length)
    const load = node.loads[index]
    if (!load) return
    if (load.version === null) {
      load.version = this.#visible
      return
    }
    node.loads.splice(index, 1)
    load.settle({
      tags: TAGS,
      status: 200,
      headers: {},
      body: String(load.version),
      kind: 'hit',
      isStorable: true,
    })
  }

  #boot(): Node {
    const watermark = new Watermark()
    const l1 = new LRUCache<string, Entry>({ max: 10 })
    const lease = new Lease()
    lease.asked(0, 1)
    lease.heartbeat(1)
    const position = this.#log.length
    const first = this.#log[0]
    if (this.#mutant === 'boot_without_floor' && first) watermark.resetWithTail(EPOCH, position, [first])
    else watermark.reset(EPOCH, position)
    const stamped = (entry: Entry): Entry =>
      this.#mutant === 'stamp_at_store' ? { ...entry, watermark: watermark.consumed } : entry
    const store = l1.set.bind(l1)
    l1.set = (key, value) => store(key, value ? stamped(value) : value)
    const l2: SecondTier = {
      get: () => Promise.resolve(this.#shared),
      set: (_key, _epoch, entry) => {
        if (!this.#shared || this.#shared.watermark <= entry.watermark) this.#shared = stamped(entry)
      },
    }
    if (this.#mutant === 'plain_delete') watermark.isValid = () => true
    const parts = { l1, l2, watermark, lease, doorkeeper: seenBefore(), now: () => 1, random: () => 1 }
    const known = this.#versions.reduce((newest, version) => Math.max(newest, version), 0)
    return { watermark, cache: new TwoTierCache(parts), l1, loads: [], known }
  }
}

/** Lets every key in at once: admission is another test's matter. */
function seenBefore(): Doorkeeper {
  const doorkeeper = new Doorkeeper(0)
  doorkeeper.sighted(KEY, 0)
  return doorkeeper
}
