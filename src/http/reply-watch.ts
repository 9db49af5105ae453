/** What a reply from the cache leaves behind: a request id, a measured duration, an access line now and then. */
import type { IncomingMessage } from 'node:http'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { requestIdOf, writeAccess } from './access.ts'

export type Begun = { readonly at: number; readonly id: string }

export type Watch = {
  begin(request: IncomingMessage): Begun
  end(begun: Begun, route: string, status: number): void
  /** A fault of ours: nothing could be answered. */
  fault(begun: Begun, route: string, thrown: unknown): void
}

export type WatchOptions = {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly clock: () => number
  readonly newRequestId: () => string
}

/** One line in so many good answers of a family that is asked at each key stroke, or again and again. */
const LINES_EVERY = 100

export function createWatch({ logger, metrics, clock, newRequestId }: WatchOptions): Watch {
  let answered = 0
  return {
    begin(request) {
      return { at: clock(), id: requestIdOf(request.headers['x-request-id'], newRequestId) }
    },
    end({ at, id }, route, status) {
      const ms = clock() - at
      metrics.observe('http_request_duration_seconds', ms / 1_000, {
        route,
        method: 'GET',
        status: String(status),
      })
      answered += 1
      if (status < 400 && answered % LINES_EVERY !== 1) return
      writeAccess(logger, { request_id: id, route, method: 'GET', status, ms })
    },
    fault({ id }, route, thrown) {
      metrics.count('http_refused_total', { class: route, reason: 'fault' })
      logger.error({ request_id: id, route, err: thrown }, 'request')
    },
  }
}
