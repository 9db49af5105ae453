/** Repeating work for as long as Elasticsearch is away. */
import { errors } from '@elastic/elasticsearch'
import { messageOf } from '../../src/errors.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import { backoffMs, RECONNECT } from '../core/backoff.ts'
import { sleep } from './wait.ts'

/** An answer that the same request may not get the next time: no answer at all, too busy, or a node's own fault. */
export function isPassing(thrown: unknown): boolean {
  if (thrown instanceof errors.ResponseError) return (thrown.statusCode ?? 500) >= 429
  return thrown instanceof errors.ElasticsearchClientError
}

/**
 * Do `work`, and again after a pause when it failed because Elasticsearch was away.
 * @param what for the log line, such as `a rescan`
 * @throws what `work` throws for any other reason
 */
export async function untilElasticsearch<T>(
  work: () => Promise<T>,
  what: string,
  outside: { readonly log: Logger; readonly random: () => number },
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (thrown) {
      signal.throwIfAborted()
      if (!isPassing(thrown)) throw thrown
      outside.log.warn({ reason: messageOf(thrown) }, `${what} failed and is repeated`)
      await sleep(backoffMs(RECONNECT, attempt, outside.random()), signal)
    }
  }
}
