/**
 * One client of Elasticsearch with a bound on connections and a deadline on every request. It never retries by
 * itself: who asks knows whether asking again is right (a search gives up, the indexer goes on for ever).
 */
import { Client } from '@elastic/elasticsearch'

export type { Client } from '@elastic/elasticsearch'

export type ElasticsearchOptions = {
  readonly url: string
  /** Most connections at a time; more requests wait for one. */
  readonly maxConnections: number
  /** Deadline of a request that does not bring its own, ms. */
  readonly requestTimeoutMs: number
}

/** Compressing costs more than it saves where the network is the machine's own. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** User and password may stand in the URL. */
export function createElasticsearch(options: ElasticsearchOptions): Client {
  return new Client({
    node: options.url,
    maxRetries: 0,
    requestTimeout: options.requestTimeoutMs,
    compression: !LOOPBACK.test(new URL(options.url).hostname),
    agent: { connections: options.maxConnections },
    resurrectStrategy: 'none',
    enableMetaHeader: false,
  })
}

/** `type` of the error that Elasticsearch answered, or null when the answer never came or was no error body. */
export function errorTypeOf(thrown: unknown): string | null {
  const body = (thrown as { meta?: { body?: { error?: { type?: unknown } } } } | null)?.meta?.body
  return typeof body?.error?.type === 'string' ? body.error.type : null
}

/** HTTP status of a failed request, or null when no answer came. */
export function statusOf(thrown: unknown): number | null {
  const status = (thrown as { meta?: { statusCode?: unknown } } | null)?.meta?.statusCode
  return typeof status === 'number' && status > 0 ? status : null
}
