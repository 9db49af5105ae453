/**
 * The queue of one sink, cut into lanes by a hash of the id. A lane has at most one bulk under way, so no old
 * write of an id is overtaken by its own delete, and a lane that has to try again blocks only itself.
 */
import type { Operation } from './operation.ts'

export type Bulk = { readonly lane: number; readonly operations: readonly Operation[] }

export type Lanes = {
  push(operation: Operation): void
  /** The next bulk of a lane that is free, or null. The lane is taken until `free`. */
  next(): Bulk | null
  /** The lane's bulk has ended; `again` goes first the next time. */
  free(lane: number, again: readonly Operation[]): void
  /** Operations queued or under way. */
  readonly depth: number
  /** Their size. */
  readonly size: number
  readonly open: number
}

export type LaneLimits = { readonly lanes: number; readonly maxItems: number; readonly maxSize: number }

type Lane = { queue: Operation[]; isTaken: boolean; takenCount: number; takenSize: number }

export function createLanes(limits: LaneLimits): Lanes {
  const lanes: Lane[] = Array.from({ length: limits.lanes }, () => ({
    queue: [],
    isTaken: false,
    takenCount: 0,
    takenSize: 0,
  }))
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
      for (let step = 0; step < lanes.length; step++) {
        const index = (turn + step) % lanes.length
        const lane = lanes[index]
        if (!lane || lane.isTaken || lane.queue.length === 0) continue
        turn = index + 1
        return { lane: index, operations: takeFrom(lane, limits) }
      }
      return null
    },
    free(index, again) {
      const lane = lanes[index]
      if (!lane?.isTaken) throw new RangeError(`lanes: ${index} is not taken`)
      const againSize = sizeOf(again)
      depth -= lane.takenCount - again.length
      size -= lane.takenSize - againSize
      lane.isTaken = false
      if (again.length > 0) lane.queue = [...again, ...lane.queue]
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

function takeFrom(lane: Lane, limits: LaneLimits): readonly Operation[] {
  let count = 0
  let size = 0
  for (const operation of lane.queue) {
    if (count === limits.maxItems || (count > 0 && size + operation.size > limits.maxSize)) break
    count += 1
    size += operation.size
  }
  const operations = lane.queue.slice(0, count)
  lane.queue = lane.queue.slice(count)
  lane.isTaken = true
  lane.takenCount = count
  lane.takenSize = size
  return operations
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
