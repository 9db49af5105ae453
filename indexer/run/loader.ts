/**
 * The first load, beside the stream: id ranges by keyset, two at a time, every copied row with the floor version,
 * so that whatever the stream delivers wins. The cursor of a range moves when its rows are durable.
 */
import { type LoadPage, loadRows } from '../adapters/rows.ts'
import type { Sink } from '../adapters/sink.ts'
import { abortable, until } from '../adapters/wait.ts'
import type { Lsn } from '../core/lsn.ts'
import { operationOf } from '../core/operation.ts'
import { isRangeDone } from '../core/ranges.ts'
import type { LoadRange } from '../core/state.ts'
import type { Affected } from './affected.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'

export type LoadOptions = {
  readonly context: Context
  readonly pipeline: Pipeline
  readonly affected: Affected
  readonly sink: Sink
  readonly floor: Lsn
  readonly ranges: readonly LoadRange[]
  /** Most rows per second; 0: as fast as it goes. */
  readonly rate: number
  /** Called whenever rows became durable. @param documents written by this load so far */
  readonly onProgress: (ranges: readonly LoadRange[], documents: number) => void
}

const PAGE = 500
const READERS = 2
/** Copies that may wait in memory, bytes: a full bulk under way and one ready for each lane. */
const ROOM_BYTES = 8_000_000
/** Changes come first: a load that makes search late pauses. */
const LAG_MAX_MS = 2_000
const LOOK_MS = 10

/** @throws when a read fails or the signal is aborted; the ranges reported last are durable */
export async function load(options: LoadOptions, signal: AbortSignal): Promise<void> {
  const loader = new Loader(options, signal)
  await Promise.all(Array.from({ length: READERS }, () => loader.read()))
}

class Loader {
  readonly #options: LoadOptions
  readonly #signal: AbortSignal
  readonly #ranges: LoadRange[]
  readonly #todo: number[]
  readonly #startedMs: number
  #documents = 0
  #asked = 0

  constructor(options: LoadOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    this.#ranges = [...options.ranges]
    this.#todo = this.#ranges.flatMap((range, i) => (isRangeDone(range) ? [] : [i]))
    this.#startedMs = options.context.now()
  }

  /** One reader: range after range, until none is left. */
  async read(): Promise<void> {
    for (let at = this.#todo.shift(); at !== undefined; at = this.#todo.shift()) await this.#readRange(at)
  }

  /** Pages are read one after the other and written several at a time; the cursor moves in order. */
  async #readRange(at: number): Promise<void> {
    const range = this.#ranges[at]
    if (!range) return
    let written: Promise<void> = Promise.resolve()
    for (let after = range.cursor; after < range.upto; ) {
      await until(() => this.#mayRead(), LOOK_MS, this.#signal)
      const page = await this.#readPage(after, range.upto)
      after = page.last
      written = Promise.all([written, page.durable]).then(([, count]) =>
        this.#moveCursor(at, page.last, count),
      )
      written.catch(() => undefined) // awaited below; a failed page also fails its own read
    }
    await abortable(written, this.#signal)
  }

  #mayRead(): boolean {
    const { context, pipeline, rate, sink } = this.#options
    const hasRoom = sink.size < ROOM_BYTES && pipeline.liveLagMs() < LAG_MAX_MS
    return hasRoom && (rate === 0 || this.#asked <= (rate * (context.now() - this.#startedMs)) / 1000)
  }

  #moveCursor(at: number, cursor: bigint, count: number): void {
    const range = this.#ranges[at]
    if (range) this.#ranges[at] = { ...range, cursor }
    this.#documents += count
    this.#options.onProgress(this.#ranges, this.#documents)
  }

  /** One page: the id it reaches, and a promise of its durability. A rescan waits for the whole of it. */
  async #readPage(after: bigint, upto: bigint): Promise<{ last: bigint; durable: Promise<number> }> {
    const { affected, context } = this.#options
    const read = Promise.withResolvers<bigint>()
    const durable = affected.loadPage(async () => {
      const page = await loadRows(context.pool, context.mapping, after, PAGE)
      this.#asked += page.bodies.size
      const isLast = page.last === null || page.bodies.size < PAGE || page.last > upto
      read.resolve(isLast ? upto : (page.last ?? upto))
      return this.#push(page, upto)
    }, this.#signal)
    durable.catch(read.reject)
    return { last: await read.promise, durable }
  }

  /** Keeps nothing of the rows while it waits: only the lines in the sink's queue. */
  #push(page: LoadPage, upto: bigint): Promise<number> {
    const { floor, sink } = this.#options
    const { promise, resolve } = Promise.withResolvers<number>()
    const ids = [...page.bodies.keys()].filter((id) => BigInt(id) <= upto)
    const count = ids.length
    let left = count
    if (left === 0) resolve(0)
    const done = (): void => {
      left -= 1
      if (left === 0) resolve(count)
    }
    for (const id of ids) sink.push(operationOf(id, floor, page.bodies.get(id) ?? null, true, done))
    return promise
  }
}
