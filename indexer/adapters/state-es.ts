/**
 * The state index: one document per index that the indexer feeds. Written by compare and set, so that a leader
 * that was paused cannot overwrite what its successor wrote.
 */
import type { Client } from '@elastic/elasticsearch'
import { errorTypeOf, statusOf } from '../../src/elasticsearch/client.ts'
import { fromDocument, type IndexState, type StateDocument, toDocument } from '../core/state.ts'

/** A state as read, with what the next write must find unchanged. */
export type StoredState = { readonly state: IndexState; readonly seqNo: number; readonly primaryTerm: number }

/** More indices than this at a time is a fault of somebody's keep window. */
const STATES_MAX = 1_000

/** Make the hidden state index where it is missing. */
export async function ensureStateIndex(client: Client, index: string): Promise<void> {
  try {
    await client.indices.create({
      index,
      settings: { index: { hidden: true, number_of_replicas: 0, number_of_shards: 1 } },
      mappings: { dynamic: 'strict', enabled: true, properties: STATE_PROPERTIES },
    })
  } catch (thrown) {
    if (errorTypeOf(thrown) !== ALREADY_EXISTS) throw thrown
  }
}

/** Every known index by its last write, refreshed or not. An absent state index means none. */
export async function readStates(client: Client, index: string): Promise<StoredState[]> {
  try {
    await client.indices.refresh({ index })
    const found = await client.search<StateDocument>({
      index,
      size: STATES_MAX,
      seq_no_primary_term: true,
    })
    return found.hits.hits.flatMap((hit) =>
      hit._source
        ? [
            {
              state: fromDocument(hit._source),
              seqNo: hit._seq_no ?? 0,
              primaryTerm: hit._primary_term ?? 0,
            },
          ]
        : [],
    )
  } catch (thrown) {
    if (errorTypeOf(thrown) === INDEX_NOT_FOUND) return []
    throw thrown
  }
}

/**
 * Write one state over the one that was read.
 * @param before null: there must be none yet
 * @throws ResponseError 409 when somebody else wrote since: another leader is at work, this one must stop
 */
export async function writeState(
  client: Client,
  index: string,
  state: IndexState,
  before: StoredState | null,
): Promise<StoredState> {
  const answer = await client.index({
    index,
    id: state.index,
    document: toDocument(state),
    ...(before ? { if_seq_no: before.seqNo, if_primary_term: before.primaryTerm } : { op_type: 'create' }),
  })
  return { state, seqNo: answer._seq_no ?? 0, primaryTerm: answer._primary_term ?? 0 }
}

/** Forget an index that was deleted. Forgetting it again changes nothing. */
export async function deleteState(client: Client, index: string, of: string): Promise<void> {
  try {
    await client.delete({ index, id: of })
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown
  }
}

const KEYWORD = { type: 'keyword' } as const
const STATE_PROPERTIES = {
  index: KEYWORD,
  mapping: KEYWORD,
  mapping_version: KEYWORD,
  phase: KEYWORD,
  slot: KEYWORD,
  system_id: KEYWORD,
  timeline: { type: 'long' },
  position: KEYWORD,
  floor: KEYWORD,
  base: KEYWORD,
  ranges: { type: 'object', enabled: false },
  keep_until: { type: 'date' },
} as const

const ALREADY_EXISTS = 'resource_already_exists_exception'
const INDEX_NOT_FOUND = 'index_not_found_exception'
