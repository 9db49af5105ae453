/**
 * What a leader does first, from what it finds: the slot, the indices it knows, the identity of the server.
 * The table of indexer design 3.7, as one pure function.
 */
import type { Lsn } from './lsn.ts'
import { type IndexState, isBuilding } from './state.ts'

export type SlotFound = {
  /** `wal_status` of pg_replication_slots: reserved, extended, unreserved or lost. */
  readonly status: string
  readonly confirmed: Lsn
}

export type Found = {
  /** null: there is none. */
  readonly slot: SlotFound | null
  readonly systemId: string
  readonly slotName: string
  /** States of one mapping whose index exists. */
  readonly states: readonly IndexState[]
  /** Indices behind the alias. */
  readonly aliased: readonly string[]
  readonly mappingVersion: string
}

export type StartPlan = {
  /** The slot is made, or made again. */
  readonly slot: 'keep' | 'create' | 'recreate'
  /** Indices that the stream keeps feeding. */
  readonly feed: readonly IndexState[]
  /** A build that goes on where it stopped. */
  readonly resume: IndexState | null
  /** Why an index has to be built from nothing, or null. Search goes on with what the alias has. */
  readonly build: string | null
  /** Builds that cannot go on: their index is deleted. */
  readonly discard: readonly IndexState[]
  /** Indices behind the alias that the stream cannot keep true; they serve until the build replaces them. */
  readonly frozen: readonly IndexState[]
}

export function planStart(found: Found): StartPlan {
  const slotFault = faultOfSlot(found)
  const fresh = slotFault ? [] : found.states.filter((state) => isUsable(state, found))
  const stale = found.states.filter((state) => !fresh.includes(state))
  const feed = fresh.filter((state) => !isBuilding(state.phase))
  const builds = fresh.filter((state) => isBuilding(state.phase))
  const resume = builds.find((state) => state.mapping_version === found.mappingVersion) ?? null
  const live = feed.find((state) => found.aliased.includes(state.index))
  return {
    slot: slotFault === null ? 'keep' : slotFault === MISSING ? 'create' : 'recreate',
    feed,
    resume,
    build: resume ? null : (slotFault ?? reasonToBuild(found, live)),
    discard: [...builds.filter((state) => state !== resume), ...stale.filter((s) => isBuilding(s.phase))],
    frozen: stale.filter((state) => !isBuilding(state.phase)),
  }
}

const MISSING = 'there is no replication slot'

function faultOfSlot(found: Found): string | null {
  if (!found.slot) return MISSING
  if (found.slot.status === 'lost') return 'the replication slot has lost its WAL'
  if (found.states.some((state) => state.system_id !== found.systemId)) {
    return 'the positions belong to another Postgres cluster'
  }
  return null
}

/** The stream can still bring this index to the truth: nothing it lacks has left the slot. */
function isUsable(state: IndexState, found: Found): boolean {
  return found.slot !== null && state.slot === found.slotName && state.position >= found.slot.confirmed
}

function reasonToBuild(found: Found, live: IndexState | undefined): string | null {
  if (live) return live.mapping_version === found.mappingVersion ? null : 'the mapping has changed'
  return found.aliased.length === 0
    ? 'there is no index yet'
    : 'the index is behind the slot: the gap is not in the WAL'
}
