/**
 * `/livez`, `/readyz` and `/metrics` of the worker. None of them asks a server. Ready means that Postgres has told of
 * every job who has its lease, a moment ago: a worker that leads nothing is ready to.
 */
import type { JobBoard } from '../orders/job-board.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ProcessState } from './state.ts'

export type WorkerProbesParts = {
  readonly metrics: Metrics
  readonly board: JobBoard
  readonly state: ProcessState
  /** How long a lease lasts, ms: a look at it that is older than twice that says that Postgres is away. */
  readonly leaseMs: number
}

export function workerProbes({ metrics, board, state, leaseMs }: WorkerProbesParts) {
  return {
    async fetch(request: Request): Promise<Response> {
      switch (new URL(request.url).pathname) {
        case '/livez':
          return Response.json({ status: 'alive' })
        case '/readyz': {
          const jobs = board.view()
          const isFresh = jobs.every(({ looked_ms_ago: ms }) => ms !== null && ms < 2 * leaseMs)
          const isReady = state.phase === 'ready' && isFresh
          const status = isReady ? 'ready' : state.phase === 'draining' ? 'draining' : 'waiting'
          return Response.json({ status, jobs }, { status: isReady ? 200 : 503 })
        }
        case '/metrics':
          board.measure()
          return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } })
        default:
          return new Response('not found\n', { status: 404 })
      }
    },
  }
}
