/**
 * The one way from search to Elasticsearch: every request has a deadline and a signal, is measured, passes the
 * breaker, and fails with a named error. Nothing of the server's own text gets out.
 */
import type { estypes } from '@elastic/elasticsearch'
import { type GatherRule, gather } from '../elasticsearch/gather.ts'
import {
  ElasticsearchFault,
  type ElasticsearchReader,
  type SearchReply,
  type Source,
} from '../elasticsearch/reader.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Breaker } from './breaker.ts'
import { SearchUnavailable } from './unavailable.ts'

export type { SearchReply } from '../elasticsearch/reader.ts'

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
  /** What was written beside the mapping of an index, or null. Throws as `search`. */
  meta(index: string, signal: AbortSignal): Promise<Source | null>
}

/**
 * A wait that was shorter says nothing about the server, ms: suggest gives up after 150 ms, which a healthy one on a
 * busy machine may need, and search must not be kept from it for that.
 */
const LATE_MS = 250
/** How long a server may take to show that it is back, ms. */
const PROBE_MS = 2_000
/** Any answer counts, also that there is no such alias. */
const PROBE_ALIAS = 'aisle-is-it-back'

type Asked = { readonly index: string; readonly body: estypes.SearchRequest }

/** Searches that take a millisecond, so that none waits for its company: what costs is the request around them. */
const GATHERED: ReadonlySet<Operation> = new Set(['suggest'])
const GATHER: GatherRule = { open: 2, batch: 16 }

/** @param now monotonic clock, ms */
export function elasticsearchCalls(
  reader: ElasticsearchReader,
  metrics: Metrics,
  now: () => number,
): ElasticsearchCalls {
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
  const gathered = gather(
    {
      one: ({ index, body }: Asked, signal) => reader.search(index, body, signal),
      many: (asked, signal) => reader.searches(asked, signal),
    },
    GATHER,
  )
  /** Not a shopper's request: those are judged by a short patience, which a server that just woke up may miss. */
  async function probe(): Promise<void> {
    try {
      await reader.indicesOf(PROBE_ALIAS, AbortSignal.timeout(PROBE_MS))
      breaker.succeeded(now())
    } catch (thrown) {
      if (isSick(thrown)) breaker.failed(now())
      else breaker.succeeded(now())
    }
    metrics.set('es_breaker_open', breaker.state(now()) === 'closed' ? 0 : 1)
  }
  return {
    search: (operation, index, body, signal) =>
      call(operation, signal, () =>
        GATHERED.has(operation) ? gathered({ index, body }, signal) : reader.search(index, body, signal),
      ),
    meta: (index, signal) => call('alias', signal, () => reader.metaOf(index, signal)),
    resolve: (alias, signal) =>
      call('alias', signal, async () => {
        const found = await reader.indicesOf(alias, signal)
        // During a swap there is one index; if there were two, the newer name is the later.
        return found.toSorted().at(-1) ?? null
      }),
  }
}

/** The wait for the index was over: as opposed to a caller who went away. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}

/** Whether the server is unwell: a missing index or a full queue is an answer of a healthy one. */
function isSick(thrown: unknown): boolean {
  if (!(thrown instanceof ElasticsearchFault)) return isTimeout(thrown)
  return thrown.status === null || thrown.status >= 500
}

/** Whether another request later may succeed: as opposed to a request that the server will never take. */
function isAway(thrown: unknown): boolean {
  if (!(thrown instanceof ElasticsearchFault)) return false
  const { status } = thrown
  return status === null || status === 404 || status === 429 || status >= 500
}
