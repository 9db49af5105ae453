/** One bulk request and what its answer means. */
import type { Client } from '@elastic/elasticsearch'
import { errorTypeOf, statusOf } from '../../src/elasticsearch/client.ts'
import { messageOf } from '../../src/errors.ts'
import { type AnswerClass, classifyItem, classifyRequest } from '../core/classifier.ts'
import type { Operation } from '../core/operation.ts'

/** What one operation, or a whole request, was told. */
export type Verdict = { readonly class: AnswerClass; readonly type: string; readonly reason: string }

/** A verdict for each operation, in order, or one for the request. */
export type BulkAnswer = { readonly items: readonly Verdict[] } | { readonly request: Verdict }

type Item = { readonly status: number; readonly error?: { readonly type?: string; readonly reason?: string } }
type Body = { readonly items?: readonly Readonly<Record<string, Item>>[] }

/** A healthy bulk takes well under a second; longer is a frozen server or a dead connection. */
const BULK_TIMEOUT_MS = 10_000

/** @throws the signal's reason when it is aborted; every other failure is a verdict */
export async function sendBulk(
  client: Client,
  index: string,
  operations: readonly Operation[],
  signal: AbortSignal,
): Promise<BulkAnswer> {
  try {
    const body = await client.transport.request<Body>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(index)}/_bulk`,
        querystring: { filter_path: 'items.*.status,items.*.error.type,items.*.error.reason' },
        bulkBody: operations.map((operation) => operation.lines).join(''),
      },
      { requestTimeout: BULK_TIMEOUT_MS, signal, maxRetries: 0 },
    )
    return answerOf(operations, body)
  } catch (thrown) {
    signal.throwIfAborted()
    const type = errorTypeOf(thrown)
    return {
      request: {
        class: classifyRequest(statusOf(thrown), type),
        type: type ?? (thrown instanceof Error ? thrown.name : 'unknown'),
        reason: messageOf(thrown),
      },
    }
  }
}

function answerOf(operations: readonly Operation[], body: Body): BulkAnswer {
  const items = (body.items ?? []).flatMap((item) => Object.values(item))
  if (items.length !== operations.length) {
    const reason = `${items.length} answers to ${operations.length} operations`
    return { request: { class: 'unknown', type: 'incomplete', reason } }
  }
  return { items: operations.map((operation, i) => verdictOf(operation, items[i])) }
}

function verdictOf(operation: Operation, item: Item | undefined): Verdict {
  const type = item?.error?.type ?? null
  return {
    class: item ? classifyItem(operation.kind, item.status, type) : 'unknown',
    type: type ?? String(item?.status ?? 'no answer'),
    reason: item?.error?.reason ?? '',
  }
}
