/**
 * What a leader does first, from what it finds: the slot's position, the indices it knows, the identity of the
 * server. The rows of indexer design 3.7 that concern indices, as one pure function; a missing or lost slot is
 * made anew before, so that its position is ahead of every index.
 */
import type { Lsn } from './lsn.ts'
import { type IndexState, isBuilding } from './state.ts'

export type Found = {
  /** `confirmed_flush_lsn`: what lies before it never comes again. */
  readonly confirmed: Lsn
  readonly systemId: string
  readonly slotName: string
  /** States of one mapping whose index exists. */
  readonly states: readonly IndexState[]
  /** Indices behind the alias. */
  readonly aliased: readonly string[]
  readonly mappingVersion: string
}

export type StartPlan = {
  /** Indices that the stream keeps feeding. */
  readonly feed: readonly IndexState[]
  /** A build that goes on where it stopped. */
  readonly resume: IndexState | null
  /** Why an index has to be built from nothing, or null. Search goes on with what the alias has. */
  readonly build: string | null
  /** Builds that cannot go on: their index is deleted. */
  readonly discard: readonly IndexState[]
  /** Indices that the stream cannot keep true; those behind the alias serve until the build replaces them. */
  readonly frozen: readonly IndexState[]
}

export function planStart(found: Found): StartPlan {
  const usable = found.states.filter((state) => isUsable(state, found))
  const stale = found.states.filter((state) => !usable.includes(state))
  const resume =
    usable.find((state) => isBuilding(state.phase) && state.mapping_version === found.mappingVersion) ?? null
  const others = usable.filter((state) => state !== resume)
  const feed = others.filter((state) => isServing(state, found))
  const live = feed.find((state) => found.aliased.includes(state.index))
  return {
    feed,
    resume,
    build: resume ? null : reasonToBuild(found, live),
    discard: [...others, ...stale].filter((state) => !isServing(state, found)),
    frozen: stale.filter((state) => isServing(state, found)),
  }
}

/** Built; or search reads it although the record of that was lost in a crash: the alias tells the truth. */
function isServing(state: IndexState, found: Found): boolean {
  return !isBuilding(state.phase) || found.aliased.includes(state.index)
}

/** The stream can still bring this index to the truth: nothing that it lacks has left the slot. */
function isUsable(state: IndexState, found: Found): boolean {
  return (
    state.slot === found.slotName && state.system_id === found.systemId && state.position >= found.confirmed
  )
}

function reasonToBuild(found: Found, live: IndexState | undefined): string | null {
  if (live) return live.mapping_version === found.mappingVersion ? null : 'the mapping has changed'
  return found.aliased.length === 0
    ? 'there is no index yet'
    : 'the index is behind the slot: what it lacks is not in the WAL'
}
