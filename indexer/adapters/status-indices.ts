/** What Elasticsearch knows of the indexer: each index of the family, its state, and how many documents it has. */
import type { Client } from '@elastic/elasticsearch'
import { formatLsn } from '../core/lsn.ts'
import { loadProgress } from '../core/ranges.ts'
import { aliasedIndices, familyOf } from './indices.ts'
import { readStates } from './state-es.ts'

export type IndexStatus = {
  readonly index: string
  /** Search reads it. */
  readonly is_live: boolean
  /** null: an index that no indexer knows. */
  readonly phase: string | null
  /** Searchable ones without tombstones: an index that is being built shows few before it is opened. */
  readonly documents: number
  readonly position: string | null
  readonly mapping_version: string | null
  /** Share of the load that is done, 0..1. */
  readonly load_progress: number
  readonly keep_until: string | null
}

export async function readIndexStatus(
  client: Client,
  names: { readonly itemsAlias: string; readonly stateIndex: string },
): Promise<IndexStatus[]> {
  const [live, family, stored] = await Promise.all([
    aliasedIndices(client, names.itemsAlias),
    familyOf(client, names.itemsAlias),
    readStates(client, names.stateIndex),
  ])
  return await Promise.all(
    family.map(async (index) => {
      const state = stored.find((candidate) => candidate.state.index === index)?.state
      return {
        index,
        is_live: live.includes(index),
        phase: state?.phase ?? null,
        documents: await countDocuments(client, index),
        position: state ? formatLsn(state.position) : null,
        mapping_version: state?.mapping_version ?? null,
        load_progress: state ? loadProgress(state.ranges) : 1,
        keep_until: state?.keep_until ?? null,
      }
    }),
  )
}

async function countDocuments(client: Client, index: string): Promise<number> {
  const { count } = await client.count({
    index,
    query: { bool: { must_not: [{ term: { tombstone: true } }] } },
  })
  return count
}
