/**
 * The first load, beside the stream: id ranges by keyset, two at a time, every copied row with the floor version,
 * so that whatever the stream delivers wins. The cursor of a range moves when its rows are durable.
 */
import { type LoadPage, loadRows } from '../adapters/rows.ts'
import type { Sink } from '../adapters/sink.ts'
import { sleep, until } from '../adapters/wait.ts'
import type { Lsn } from '../core/lsn.ts'
import { operationOf } from '../core/operation.ts'
import { isRangeDone } from '../core/ranges.ts'
import type { LoadRange } from '../core/state.ts'
import type { Affected } from './affected.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'

export type LoadOptions = {
  readonly sink: Sink
  readonly floor: Lsn
  readonly ranges: readonly LoadRange[]
  /** Most rows per second; 0: as fast as it goes. */
  readonly rate: number
  /** Called whenever rows became durable. */
  readonly onProgress: (ranges: readonly LoadRange[], documents: number) => void
}

const PAGE = 500
const READERS = 2
/** Copies of one sink that may wait in memory, bytes. */
const ROOM_BYTES = 4_000_000
/** Changes come first: a load that makes them late pauses. */
const LAG_MAX_MS = 2_000
const LOOK_MS = 10

/** @throws when a read fails; the ranges reported last are durable */
export async function load(
  context: Context,
  pipeline: Pipeline,
  affected: Affected,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<void> {
  const ranges = [...options.ranges]
  const todo = [...ranges.keys()].filter((i) => !isRangeDone(ranges[i] as LoadRange))
  const startedMs = context.now()
  let documents = 0
  let asked = 0

  const mayRead = (): boolean =>
    options.sink.size < ROOM_BYTES &&
    pipeline.lagMs() < LAG_MAX_MS &&
    (options.rate === 0 || asked <= (options.rate * (context.now() - startedMs)) / 1000)

  const loadRange = async (at: number): Promise<void> => {
    let range = ranges[at] as LoadRange
    let previous: Promise<void> = Promise.resolve()
    let after = range.cursor
    while (after < range.upto) {
      await until(mayRead, LOOK_MS, signal)
      const { last, durable } = await readPage(after, range.upto)
      after = last
      const upTo = last
      previous = Promise.all([previous, durable]).then(([, count]) => {
        range = { ...range, cursor: upTo }
        ranges[at] = range
        documents += count
        options.onProgress(ranges, documents)
      })
      previous.catch(() => undefined) // raced below; a failed page also fails its own read
    }
    while (!isRangeDone(range)) {
      await Promise.race([previous, sleep(LOOK_MS * 10, signal)])
    }
  }

  /** One page: read, pushed, and a promise of its durability. A rescan waits for the whole of it. */
  const readPage = async (
    after: bigint,
    upto: bigint,
  ): Promise<{ last: bigint; durable: Promise<number> }> => {
    const read = Promise.withResolvers<bigint>()
    const durable = affected.loadPage(async () => {
      try {
        const page = await loadRows(context.pool, context.mapping, after, PAGE)
        asked += page.bodies.size
        const last = page.last === null || page.bodies.size < PAGE || page.last > upto ? upto : page.last
        read.resolve(last)
        return pushPage(page, upto)
      } catch (thrown) {
        read.reject(thrown)
        throw thrown
      }
    }, signal)
    durable.catch((thrown: unknown) => read.reject(thrown))
    return { last: await read.promise, durable }
  }

  /** Keeps nothing of the rows while it waits: only the lines in the sink's queue. */
  const pushPage = (page: LoadPage, upto: bigint): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<number>()
    const ids = [...page.bodies.keys()].filter((id) => BigInt(id) <= upto)
    const count = ids.length
    let left = count
    if (left === 0) resolve(0)
    const done = (): void => {
      left -= 1
      if (left === 0) resolve(count)
    }
    for (const id of ids) {
      options.sink.push(operationOf(id, options.floor, page.bodies.get(id) ?? null, true, done))
    }
    return promise
  }

  const reader = async (): Promise<void> => {
    for (let at = todo.shift(); at !== undefined; at = todo.shift()) await loadRange(at)
  }
  await Promise.all(Array.from({ length: READERS }, reader))
}
