/** What a reply from the cache leaves behind: a request id, a measured duration, an access line now and then. */
import type { IncomingMessage } from 'node:http'
import type { Problem } from '../errors.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { faultFields, requestIdOf, writeAccess } from './access.ts'

export type Begun = { readonly at: number; readonly id: string }

export type Watch = {
  begin(request: IncomingMessage): Begun
  /** @param problem what the reply tells, when it is one; its cause is for the log alone */
  end(begun: Begun, route: string, status: number, problem?: Problem | null): void
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
    end({ at, id }, route, status, problem = null) {
      const ms = clock() - at
      metrics.observe('http_request_duration_seconds', ms / 1_000, {
        route,
        method: 'GET',
        status: String(status),
      })
      answered += 1
      if (status < 400 && answered % LINES_EVERY !== 1) return
      if (problem?.type === 'overloaded') return // counted: lines about them would add to the load
      const fault = faultFields(problem && { name: problem.type, cause: problem.cause }, status)
      writeAccess(logger, { request_id: id, route, method: 'GET', status, ms, ...fault })
    },
    fault({ id }, route, thrown) {
      metrics.count('http_refused_total', { class: route, reason: 'fault' })
      logger.error({ request_id: id, route, err: thrown }, 'request')
    },
  }
}
