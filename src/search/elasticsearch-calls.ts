/**
 * The one way from search to Elasticsearch: every request has a deadline and a signal, is measured, passes the
 * breaker, and fails with a named error. Nothing of the server's own text gets out.
 */
import { type Client, errors, type estypes } from '@elastic/elasticsearch'
import { statusOf } from '../elasticsearch/client.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Breaker } from './breaker.ts'
import { SearchUnavailable } from './unavailable.ts'

/** Fields of a document that a search asked for. */
export type Source = Readonly<Record<string, unknown>>
export type SearchReply = estypes.SearchResponse<Source>

/** Labels of `es_request_seconds`: closed, so that the metric stays bounded. */
export type Operation =
  | 'search'
  | 'count_pairs'
  | 'suggest'
  | 'facet'
  | 'tree'
  | 'item'
  | 'alias'
  | 'facet_keys'

export type ElasticsearchCalls = {
  /**
   * Run one search.
   * @throws SearchUnavailable when the server is away, too late or has no such index
   * @throws the signal's reason when it aborts
   */
  search(
    operation: Operation,
    index: string,
    body: estypes.SearchRequest,
    signal: AbortSignal,
  ): Promise<SearchReply>
  /** Name of the index behind an alias, or null when there is none. Throws as `search`. */
  resolve(alias: string, signal: AbortSignal): Promise<string | null>
}

/** Behind the caller's signal, which is the real deadline: a server that hangs does not keep a connection. */
const REQUEST_TIMEOUT_MS = 5_000

/**
 * A wait that was shorter says nothing about the server, ms: suggest gives up after 150 ms, which a healthy one on a
 * busy machine may need, and search must not be kept from it for that.
 */
const LATE_MS = 250
/** How long a server may take to show that it is back, ms. */
const PROBE_MS = 2_000
/** Any answer counts, also that there is no such alias. */
const PROBE_ALIAS = 'aisle-is-it-back'

/** @param now monotonic clock, ms */
export function elasticsearchCalls(client: Client, metrics: Metrics, now: () => number): ElasticsearchCalls {
  const breaker = new Breaker()
  async function call<T>(operation: Operation, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const began = now()
    if (breaker.state(began) !== 'closed') {
      if (breaker.allow(began)) void probe()
      throw new SearchUnavailable('Elasticsearch has not answered lately')
    }
    try {
      const answer = await run()
      breaker.succeeded(now())
      return answer
    } catch (thrown) {
      const isLate = signal.aborted && isTimeout(signal.reason) && now() - began >= LATE_MS
      if (isLate || (!signal.aborted && isSick(thrown))) breaker.failed(now())
      else if (signal.aborted) breaker.withdrawn()
      else breaker.succeeded(now())
      signal.throwIfAborted()
      throw isAway(thrown) ? new SearchUnavailable('Elasticsearch did not answer', { cause: thrown }) : thrown
    } finally {
      metrics.set('es_breaker_open', breaker.state(now()) === 'closed' ? 0 : 1)
      metrics.observe('es_request_seconds', (now() - began) / 1_000, { operation })
    }
  }
  /** Not a shopper's request: those are judged by a short patience, which a server that just woke up may miss. */
  async function probe(): Promise<void> {
    try {
      await client.indices.existsAlias({ name: PROBE_ALIAS }, { requestTimeout: PROBE_MS, maxRetries: 0 })
      breaker.succeeded(now())
    } catch (thrown) {
      if (isSick(thrown)) breaker.failed(now())
      else breaker.succeeded(now())
    }
    metrics.set('es_breaker_open', breaker.state(now()) === 'closed' ? 0 : 1)
  }
  const options = (signal: AbortSignal) => ({ signal, requestTimeout: REQUEST_TIMEOUT_MS, maxRetries: 0 })
  return {
    search: (operation, index, body, signal) =>
      call(operation, signal, () => client.search<Source>({ ...body, index }, options(signal))),
    resolve: (alias, signal) =>
      call('alias', signal, async () => {
        try {
          const found = await client.indices.getAlias({ name: alias }, options(signal))
          // During a swap there is one index; if there were two, the newer name is the later.
          return Object.keys(found).sort().at(-1) ?? null
        } catch (thrown) {
          if (statusOf(thrown) === 404) return null
          throw thrown
        }
      }),
  }
}

/** The wait for the index was over: as opposed to a caller who went away. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}

/** Whether the server is unwell: a missing index or a full queue is an answer of a healthy one. */
function isSick(thrown: unknown): boolean {
  if (!(thrown instanceof errors.ResponseError)) return isAway(thrown)
  const status = statusOf(thrown)
  return status === null || status >= 500
}

/** Whether another request later may succeed: as opposed to a request that the server will never take. */
function isAway(thrown: unknown): boolean {
  if (thrown instanceof errors.ResponseError) {
    const status = statusOf(thrown)
    return status === null || status === 404 || status === 429 || status >= 500
  }
  return (
    thrown instanceof errors.ConnectionError ||
    thrown instanceof errors.TimeoutError ||
    thrown instanceof errors.NoLivingConnectionsError ||
    thrown instanceof errors.ProductNotSupportedError ||
    thrown instanceof errors.DeserializationError
  )
}
