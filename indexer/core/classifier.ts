/**
 * What an answer of Elasticsearch means for one operation or for a whole bulk. An answer that is not in the
 * table halts: guessing would lose a document.
 */
import type { OperationKind } from './operation.ts'

export const CLASSES = [
  'done', // written
  'conflict', // a newer version is there: done
  'capacity', // too much to do: again, with fewer open bulks
  'blocked', // disk or write block: again every 5 s
  'unknown', // the outcome is not known and does not matter (I1): again
  'size', // the request is too big: halve it
  'poison', // this document can never be written
  'bisect', // one document of the request is at fault: halve it to find out which
  'server_error', // again; poison after many attempts while others succeed
  'missing_index', // the index is gone
  'denied', // a privilege is missing
  'halt', // not in the table
] as const

export type AnswerClass = (typeof CLASSES)[number]

/** Types of errors of one item that its content causes. */
const POISON_TYPES: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
  'illegal_argument_exception',
])
const CAPACITY_TYPES: ReadonlySet<string> = new Set([
  'es_rejected_execution_exception',
  'circuit_breaking_exception',
])
const CLUSTER_BLOCK = 'cluster_block_exception'
const INDEX_NOT_FOUND = 'index_not_found_exception'
const VERSION_CONFLICT = 'version_conflict_engine_exception'
const UNKNOWN_TYPES: ReadonlySet<string> = new Set([
  'unavailable_shards_exception',
  'node_closed_exception',
  'no_shard_available_action_exception',
  'process_cluster_event_timeout_exception',
])

/** Refused for now, or unknown: the same for an item and for a request. */
function classifyCommon(status: number, type: string | null): AnswerClass | null {
  if (status === 429) return type === CLUSTER_BLOCK ? 'blocked' : 'capacity'
  if (type !== null && CAPACITY_TYPES.has(type)) return 'capacity'
  if (status === 403 && type === CLUSTER_BLOCK) return 'blocked'
  if (status === 401 || status === 403) return 'denied'
  if (status === 502 || status === 503 || status === 504) return 'unknown'
  if (type !== null && UNKNOWN_TYPES.has(type)) return 'unknown'
  if (status === 404 && type === INDEX_NOT_FOUND) return 'missing_index'
  return null
}

/** @param type `error.type` of the item, or null */
export function classifyItem(kind: OperationKind, status: number, type: string | null): AnswerClass {
  if (status === 200 || status === 201) return 'done'
  if (status === 404 && kind === 'delete' && type === null) return 'done'
  if (status === 409 && type === VERSION_CONFLICT) return 'conflict'
  const common = classifyCommon(status, type)
  if (common) return common
  if (status === 400 && type !== null && POISON_TYPES.has(type)) return 'poison'
  if (status === 500) return 'server_error'
  return 'halt'
}

/** @param status null: no answer came (reset, timeout, refused connection) */
export function classifyRequest(status: number | null, type: string | null): AnswerClass {
  if (status === null) return 'unknown'
  const common = classifyCommon(status, type)
  if (common) return common
  if (status === 413) return 'size'
  if (status === 400) return 'bisect'
  if (status >= 500) return 'unknown'
  return 'halt'
}
