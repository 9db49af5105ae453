/**
 * What the indexer remembers about one index, in a document of the hidden state index beside the data it
 * describes: restoring Elasticsearch from a backup restores both together, so a gap is noticed.
 */
import type { Lsn } from './lsn.ts'
import { formatLsn, parseLsn } from './lsn.ts'

/**
 * Life of an index: load -> catch_up -> purge -> live -> kept.
 * load: rows are copied beside the stream; catch_up: the stream reaches the end of the load; purge: tombstones go;
 * live: search reads it; kept: replaced, still fed until `keep_until`. A build that is given up is deleted.
 */
export type Phase = 'load' | 'catch_up' | 'purge' | 'live' | 'kept'

export const PHASES: readonly Phase[] = ['load', 'catch_up', 'purge', 'live', 'kept']

/** Whether the index is still being built: deletes are written as tombstones until the purge. */
export function isBuilding(phase: Phase): boolean {
  return phase === 'load' || phase === 'catch_up' || phase === 'purge'
}

/** Ids in (after, upto]; `cursor` is the highest id up to which every row is durable. */
export type LoadRange = { readonly after: bigint; readonly upto: bigint; readonly cursor: bigint }

export type IndexState = {
  /** Concrete index, such as `shop-items-v000002`. */
  readonly index: string
  /** Name of the mapping, and its version when the index was made. */
  readonly mapping: string
  readonly mapping_version: string
  readonly phase: Phase
  readonly slot: string
  /** Of IDENTIFY_SYSTEM: positions of another cluster mean nothing here. */
  readonly system_id: string
  readonly timeline: number
  /** Everything at or below is durable in this index. Never below what the slot was told. */
  readonly position: Lsn
  /** Version of copied rows: below every change that the stream can deliver. */
  readonly floor: Lsn
  /** Added to every version; raised only when a server without the slot takes over. */
  readonly base: bigint
  readonly ranges: readonly LoadRange[]
  /** ISO time until which a replaced index is fed, or null. */
  readonly keep_until: string | null
}

/** The document in Elasticsearch: 64-bit numbers as text. */
export type StateDocument = Omit<IndexState, 'position' | 'floor' | 'base' | 'ranges'> & {
  readonly position: string
  readonly floor: string
  readonly base: string
  readonly ranges: readonly { readonly after: string; readonly upto: string; readonly cursor: string }[]
}

export function toDocument(state: IndexState): StateDocument {
  return {
    ...state,
    position: formatLsn(state.position),
    floor: formatLsn(state.floor),
    base: String(state.base),
    ranges: state.ranges.map((range) => ({
      after: String(range.after),
      upto: String(range.upto),
      cursor: String(range.cursor),
    })),
  }
}

/** @throws RangeError when a position is not one */
export function fromDocument(document: StateDocument): IndexState {
  return {
    ...document,
    position: parseLsn(document.position),
    floor: parseLsn(document.floor),
    base: BigInt(document.base),
    ranges: document.ranges.map((range) => ({
      after: BigInt(range.after),
      upto: BigInt(range.upto),
      cursor: BigInt(range.cursor),
    })),
  }
}
