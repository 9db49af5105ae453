/** `/livez`, `/readyz`, `/metrics`: for balancers and scrapers. None of them asks a server (operations 5.1). */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Admit } from '../admission.ts'
import type { AppEnv } from '../context.ts'
import type { ProcessState } from '../state.ts'

/** 200 from `/readyz` also while a server is down: search degrades by itself, and every process would leave. */
export const probeRoutes = (state: ProcessState, metrics: Metrics, admit: Admit) => {
  const app = new OpenAPIHono<AppEnv>()
  app.get('/livez', admit('probe'), (c) => c.json({ status: 'alive' }, 200, NO_STORE))
  app.get('/readyz', admit('probe'), (c) => {
    const body = { status: state.phase, dependencies: Object.fromEntries(state.dependencies) }
    return c.json(body, state.phase === 'ready' ? 200 : 503, NO_STORE)
  })
  app.get('/metrics', admit('probe'), async (c) =>
    c.body(await metrics.text(), 200, { ...NO_STORE, 'content-type': metrics.contentType }),
  )
  return app
}

const NO_STORE = { 'cache-control': 'no-store' }
