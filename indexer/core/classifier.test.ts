import { describe, expect, test } from 'vitest'
import { type AnswerClass, classifyItem, classifyRequest } from './classifier.ts'
import type { OperationKind } from './operation.ts'

/** Rows of the table in indexer design 4. */
const ITEMS: readonly (readonly [OperationKind, number, string | null, AnswerClass])[] = [
  ['index', 200, null, 'done'],
  ['index', 201, null, 'done'],
  ['delete', 404, null, 'done'],
  ['index', 409, 'version_conflict_engine_exception', 'conflict'],
  ['index', 429, 'es_rejected_execution_exception', 'capacity'],
  ['index', 429, 'circuit_breaking_exception', 'capacity'],
  ['index', 503, 'circuit_breaking_exception', 'capacity'],
  ['index', 429, 'cluster_block_exception', 'blocked'],
  ['index', 403, 'cluster_block_exception', 'blocked'],
  ['index', 503, 'unavailable_shards_exception', 'unknown'],
  ['index', 500, 'node_closed_exception', 'unknown'],
  ['index', 400, 'document_parsing_exception', 'poison'],
  ['index', 400, 'mapper_parsing_exception', 'poison'],
  ['index', 400, 'strict_dynamic_mapping_exception', 'poison'],
  ['index', 400, 'illegal_argument_exception', 'poison'],
  ['index', 404, 'index_not_found_exception', 'missing_index'],
  ['delete', 404, 'index_not_found_exception', 'missing_index'],
  ['index', 403, 'security_exception', 'denied'],
  ['index', 401, 'security_exception', 'denied'],
  ['index', 500, 'null_pointer_exception', 'server_error'],
  ['index', 400, 'something_new', 'halt'],
  ['index', 404, null, 'halt'],
  ['index', 302, null, 'halt'],
]

const REQUESTS: readonly (readonly [number | null, string | null, AnswerClass])[] = [
  [null, null, 'unknown'],
  [413, null, 'size'],
  [400, 'x_content_parse_exception', 'bisect'],
  [429, 'es_rejected_execution_exception', 'capacity'],
  [429, null, 'capacity'],
  [403, 'cluster_block_exception', 'blocked'],
  [403, 'security_exception', 'denied'],
  [404, 'index_not_found_exception', 'missing_index'],
  [502, null, 'unknown'],
  [503, null, 'unknown'],
  [504, null, 'unknown'],
  [500, null, 'unknown'],
  [404, null, 'halt'],
  [418, null, 'halt'],
]

describe('the meaning of an answer', () => {
  test.each(ITEMS)('item: %s %s %s is %s', (kind, status, type, expected) => {
    expect(classifyItem(kind, status, type)).toBe(expected)
  })

  test.each(REQUESTS)('request: %s %s is %s', (status, type, expected) => {
    expect(classifyRequest(status, type)).toBe(expected)
  })
})
