/**
 * A small world for the cache: a few keys, integer versions, three nodes that run the real watermark and the real
 * read path, and a schedule that is drawn at random: changes, indexing, log records, crashes, requests, loads
 * that take any time. No clock and no IO, so that a schedule repeats by its seed.
 */
import { LRUCache } from 'lru-cache'
import { Doorkeeper } from '../../src/cache/doorkeeper.ts'
import type { Entry, Loaded } from '../../src/cache/entry.ts'
import { Lease } from '../../src/cache/lease.ts'
import { type SecondTier, TwoTierCache } from '../../src/cache/two-tier.ts'
import { type LogRecord, TAG_ALL, type Verb, Watermark } from '../../src/cache/watermark.ts'

/** Ways to break the protocol; each has to be caught. */
export const MUTANTS = [
  'stamp_at_store',
  'publish_before_visible',
  'join_any_flight',
  'boot_without_floor',
  'plain_delete',
] as const
/** The same for a boot that replays the tail of the log. */
export const BOOT_MUTANTS = ['replay_without_floor', 'replay_short_floor'] as const
/** The same for what was removed. */
export const REMOVE_MUTANTS = ['stand_in_forgets_remove'] as const
export type Mutant =
  | (typeof MUTANTS)[number]
  | (typeof BOOT_MUTANTS)[number]
  | (typeof REMOVE_MUTANTS)[number]

export type Outcome = {
  readonly serves: number
  readonly violations: number
  /** Serves from memory, from the shared tier, and in place of a load that failed. */
  readonly hits: number
  readonly sharedHits: number
  readonly stale: number
}

export type WorldOptions = {
  readonly mutant?: Mutant | null
  /** Keys, each with a tag of its own. */
  readonly keys?: number
  /** Records that a starting node replays at most; 0: none. */
  readonly tail?: number
  /** Of every record. */
  readonly verb?: Verb
  /** Share of loads that fail. */
  readonly failing?: number
}

const EPOCH = 'e'
const tagsOf = (key: number) => [TAG_ALL, `t${key}`]
/** Turns of the microtask queue after which every continuation of one step has run. */
const TURNS = 12

type Load = {
  readonly key: number
  version: number | null
  readonly settle: (loaded: Loaded) => void
  readonly fail: (reason: Error) => void
}
type Node = {
  watermark: Watermark
  cache: TwoTierCache
  l1: LRUCache<string, Entry>
  loads: Load[]
  /** By key, version of the newest change whose record this node has consumed. */
  known: number[]
}
type Change = { readonly key: number; readonly version: number }

export class CacheWorld {
  readonly #options: Required<WorldOptions>
  readonly #random: () => number
  readonly #committed: number[]
  readonly #visible: number[]
  readonly #waiting: Change[] = []
  readonly #unpublished: Change[] = []
  readonly #log: LogRecord[] = []
  readonly #changes: Change[] = []
  readonly #shared = new Map<string, Entry>()
  readonly #nodes: Node[]
  readonly #outcome = { serves: 0, violations: 0, hits: 0, sharedHits: 0, stale: 0 }

  constructor(options: WorldOptions, random: () => number) {
    this.#options = { mutant: null, keys: 1, tail: 0, verb: 'expire', failing: 0, ...options }
    this.#random = random
    const zeros = Array.from({ length: this.#options.keys }, () => 0)
    this.#committed = [...zeros]
    this.#visible = [...zeros]
    this.#nodes = [0, 1, 2].map(() => this.#boot())
  }

  /** Run so many random steps. @returns what was served, and how often it was older than the node knew */
  async run(steps: number): Promise<Outcome> {
    for (let i = 0; i < steps; i++) {
      this.#step()
      for (let turn = 0; turn < TURNS; turn++) await null
    }
    return this.#outcome
  }

  #step(): void {
    const draw = this.#pick(100)
    const index = this.#pick(this.#nodes.length)
    const node = this.#nodes[index]
    if (!node) return
    if (draw < 10) this.#commit(this.#pick(this.#options.keys))
    else if (draw < 22) this.#indexOrPublish()
    else if (draw < 42) this.#consume(node)
    else if (draw < 47) this.#nodes[index] = this.#boot()
    else if (draw < 70) this.#request(node, this.#pick(this.#options.keys))
    else this.#advanceLoad(node)
  }

  #commit(key: number): void {
    const version = (this.#committed[key] ?? 0) + 1
    this.#committed[key] = version
    this.#waiting.push({ key, version })
  }

  #indexOrPublish(): void {
    const publishFirst = this.#options.mutant === 'publish_before_visible'
    const isSecondHalf = this.#unpublished.length > 0 && this.#random() < 0.6
    const change = isSecondHalf ? this.#unpublished.shift() : this.#waiting.shift()
    if (change === undefined) return
    if (!isSecondHalf) this.#unpublished.push(change)
    if (isSecondHalf !== publishFirst) this.#publish(change)
    else this.#visible[change.key] = Math.max(this.#visible[change.key] ?? 0, change.version)
  }

  #publish(change: Change): void {
    this.#log.push({ id: this.#log.length + 1, verb: this.#options.verb, tags: [`t${change.key}`] })
    this.#changes.push(change)
    if (this.#options.mutant === 'plain_delete') this.#shared.delete(String(change.key))
  }

  #consume(node: Node): void {
    const record = this.#log[node.watermark.consumed]
    if (!record) return
    if (!node.watermark.apply(record)) throw new Error('the world wrote a gap')
    const change = this.#changes[record.id - 1]
    if (change) node.known[change.key] = Math.max(node.known[change.key] ?? 0, change.version)
    if (this.#options.mutant === 'plain_delete') node.l1.clear()
  }

  #request(node: Node, key: number): void {
    const known = node.known[key] ?? 0
    const load = () => {
      const { promise, resolve, reject } = Promise.withResolvers<Loaded>()
      node.loads.push({ key, version: null, settle: resolve, fail: reject })
      return promise
    }
    const mayCarry = this.#options.mutant === 'join_any_flight' ? [] : tagsOf(key)
    const request = { key: String(key), family: 'search', mayCarry, load } as const
    const count = this.#outcome
    node.cache.getOrLoad(request, new AbortController().signal).then(
      ({ entry, source }) => {
        count.serves += 1
        if (source === 'STALE') count.stale += 1
        else if (source !== 'MISS') count.hits += 1
        if (source === 'HIT-L2') count.sharedHits += 1
        if (Number(entry.body) < known) count.violations += 1
      },
      () => undefined, // a load that failed with nothing to stand in
    )
  }

  /** A load reads the index in one step and answers in a later one. */
  #advanceLoad(node: Node): void {
    const index = this.#pick(node.loads.length)
    const load = node.loads[index]
    if (!load) return
    if (load.version === null) {
      load.version = this.#visible[load.key] ?? 0
      return
    }
    node.loads.splice(index, 1)
    if (this.#random() < this.#options.failing) {
      load.fail(new Error('the index is away'))
      return
    }
    const answer = {
      tags: tagsOf(load.key),
      status: 200,
      headers: {},
      kind: 'hit',
      isStorable: true,
    } as const
    load.settle({ ...answer, body: String(load.version) })
  }

  #boot(): Node {
    const { mutant, keys } = this.#options
    const watermark = new Watermark()
    const l1 = new LRUCache<string, Entry>({ max: 10 })
    const lease = new Lease()
    lease.asked(0, 1)
    lease.heartbeat(1)
    watermark.resetWithTail(EPOCH, this.#log.length, this.#tail())
    const stamped = (entry: Entry): Entry =>
      mutant === 'stamp_at_store' ? { ...entry, watermark: watermark.consumed } : entry
    const store = l1.set.bind(l1)
    l1.set = (key, value) => store(key, value ? stamped(value) : value)
    const l2: SecondTier = {
      get: (key) => Promise.resolve(this.#shared.get(key) ?? null),
      set: (key, _epoch, entry) => {
        const held = this.#shared.get(key)
        if (!held || held.watermark <= entry.watermark) this.#shared.set(key, stamped(entry))
      },
      remove: (key) => this.#shared.delete(key),
    }
    if (mutant === 'plain_delete') watermark.isValid = () => true
    if (mutant === 'stand_in_forgets_remove') watermark.isRemoved = () => false
    const doorkeeper = seenBefore(keys)
    const parts = { l1, l2, watermark, lease, doorkeeper, now: () => 1, random: () => 1 }
    const known = this.#committed.map(() => 0)
    for (const { key, version } of this.#changes) known[key] = Math.max(known[key] ?? 0, version)
    return { watermark, cache: new TwoTierCache(parts), l1, loads: [], known }
  }

  /** What a starting node replays. A first record without tags lowers the floor as a wrong one would. */
  #tail(): LogRecord[] {
    const { mutant, tail } = this.#options
    if (mutant === 'boot_without_floor') return this.#log.slice(0, 1)
    const from = Math.max(0, this.#log.length - tail)
    const records = this.#log.slice(from)
    const lowered = (id: number): LogRecord[] => [
      { id: Math.max(1, id), verb: 'expire', tags: [] },
      ...records,
    ]
    if (mutant === 'replay_without_floor') return lowered(1)
    if (mutant === 'replay_short_floor') return lowered(from + 1 - tail)
    return records
  }

  #pick(n: number): number {
    return n === 1 ? 0 : Math.floor(this.#random() * n)
  }
}

/** Lets every key in at once: admission is another test's matter. */
function seenBefore(keys: number): Doorkeeper {
  const doorkeeper = new Doorkeeper(0)
  for (let key = 0; key < keys; key++) doorkeeper.sighted(String(key), 0)
  return doorkeeper
}
