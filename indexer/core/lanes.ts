/**
 * The queue of one sink, cut into lanes by a hash of the id. A lane has at most one bulk under way, so no old
 * write of an id is overtaken by its own delete, and a lane that has to try again blocks only those it was written
 * with. Lanes with little to write share a bulk: each bulk makes Elasticsearch sync its log.
 */
import type { Operation } from './operation.ts'

/** `lane` names the bulk when it is given back; it may hold operations of other lanes too. */
export type Bulk = { readonly lane: number; readonly operations: readonly Operation[] }

export type Lanes = {
  push(operation: Operation): void
  /** The next bulk of lanes that are free, or null. They are taken until `free`. */
  next(): Bulk | null
  /** The bulk has ended; `again` goes first in its lanes the next time. */
  free(lane: number, again: readonly Operation[]): void
  /** Operations queued or under way. */
  readonly depth: number
  /** Their size. */
  readonly size: number
  /** Lanes that are taken. */
  readonly open: number
}

export type LaneLimits = { readonly lanes: number; readonly maxItems: number; readonly maxSize: number }

type Lane = { queue: Operation[]; isTaken: boolean }
type Taken = { readonly lanes: readonly number[]; readonly count: number; readonly size: number }

/** A bulk with fewer operations takes the next lane too. */
const SMALL = 200

export function createLanes(limits: LaneLimits): Lanes {
  const lanes: Lane[] = Array.from({ length: limits.lanes }, () => ({ queue: [], isTaken: false }))
  const taken = new Map<number, Taken>()
  let depth = 0
  let size = 0
  let turn = 0
  return {
    push(operation) {
      lanes[laneOf(operation.id, limits.lanes)]?.queue.push(operation)
      depth += 1
      size += operation.size
    },
    next() {
      const order = lanes.map((_, step) => (turn + step) % lanes.length)
      const ready = order.filter((at) => !lanes[at]?.isTaken && (lanes[at]?.queue.length ?? 0) > 0)
      const [first] = ready
      if (first === undefined) return null
      const bulk = gather(lanes, ready, limits)
      turn = (bulk.lanes.at(-1) ?? first) + 1
      taken.set(first, { lanes: bulk.lanes, count: bulk.operations.length, size: sizeOf(bulk.operations) })
      return { lane: first, operations: bulk.operations }
    },
    free(lane, again) {
      const bulk = taken.get(lane)
      if (!bulk) throw new RangeError(`lanes: ${lane} is not taken`)
      taken.delete(lane)
      depth -= bulk.count - again.length
      size -= bulk.size - sizeOf(again)
      for (const at of bulk.lanes) {
        const freed = lanes[at]
        if (!freed) continue
        freed.isTaken = false
        const first = again.filter((operation) => laneOf(operation.id, limits.lanes) === at)
        if (first.length > 0) freed.queue = [...first, ...freed.queue]
      }
    },
    get depth() {
      return depth
    },
    get size() {
      return size
    },
    get open() {
      return lanes.filter((lane) => lane.isTaken).length
    },
  }
}

/** Take from lane after lane until the bulk is worth its cost. Each lane that gives something is taken. */
function gather(
  lanes: readonly Lane[],
  ready: readonly number[],
  limits: LaneLimits,
): { readonly lanes: readonly number[]; readonly operations: readonly Operation[] } {
  const operations: Operation[] = []
  const from: number[] = []
  let size = 0
  for (const at of ready) {
    const lane = lanes[at]
    if (!lane || operations.length >= Math.min(SMALL, limits.maxItems) || size >= limits.maxSize) break
    const count = fitting(lane.queue, limits.maxItems - operations.length, limits.maxSize - size)
    if (count === 0 && operations.length > 0) break
    const part = lane.queue.slice(0, Math.max(1, count)) // one big operation still goes, alone
    lane.queue = lane.queue.slice(part.length)
    lane.isTaken = true
    from.push(at)
    operations.push(...part)
    size += sizeOf(part)
  }
  return { lanes: from, operations }
}

/** How many of the first operations stay within both limits. */
function fitting(queue: readonly Operation[], maxItems: number, maxSize: number): number {
  let size = 0
  let count = 0
  for (const operation of queue) {
    size += operation.size
    if (count === maxItems || size > maxSize) break
    count += 1
  }
  return count
}

function sizeOf(operations: readonly Operation[]): number {
  return operations.reduce((sum, operation) => sum + operation.size, 0)
}

/** Lane of an id: FNV-1a, 32 bits. */
export function laneOf(id: string, lanes: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % lanes
}
