/**
 * One write to one index and its lines in a bulk request. Full documents only, always with an external version:
 * the highest version wins, whatever the order of arrival.
 */
import type { DocumentBody } from '../../mappings/define.ts'
import type { Lsn } from './lsn.ts'

/** `tombstone`: a delete while the index is being built, because Elasticsearch forgets real deletes (fact E17). */
export type OperationKind = 'index' | 'delete' | 'tombstone'

export type Operation = {
  readonly id: string
  readonly kind: OperationKind
  readonly version: Lsn
  /** NDJSON lines, each ended by a line break. */
  readonly lines: string
  /** Estimate: UTF-16 units of `lines`, which is bytes for most catalogues. */
  readonly size: number
  /** Durable in one index, or recorded as dead; called once by each index that it was pushed to. */
  readonly done: () => void
}

/** @param body of a row that exists, or null: the row is gone */
export function operationOf(
  id: string,
  version: Lsn,
  body: DocumentBody | null,
  isBuilding: boolean,
  done: () => void,
): Operation {
  const kind = body ? 'index' : isBuilding ? 'tombstone' : 'delete'
  const lines = linesOf(id, version, body, kind)
  return { id, kind, version, lines, size: lines.length, done }
}

function linesOf(id: string, version: Lsn, body: DocumentBody | null, kind: OperationKind): string {
  const action = kind === 'delete' ? 'delete' : 'index'
  // Versions are printed from bigint: JSON numbers of JavaScript lose bits above 2^53.
  const head = `{"${action}":{"_id":${JSON.stringify(id)},"version":${version},"version_type":"external_gte"}}\n`
  if (kind === 'delete') return head
  if (kind === 'tombstone') return `${head}{"lsn":${version},"tombstone":true}\n`
  const json = JSON.stringify(body)
  return `${head}${json.slice(0, -1)}${json.length > 2 ? ',' : ''}"lsn":${version}}\n`
}
