import { afterEach, expect, test } from 'vitest'
import { createMetrics } from '../telemetry/metrics.ts'
import type { LoadLevel } from './load-level.ts'
import { type HttpServer, listen } from './server.ts'
import { createShedding } from './shedding.ts'
import { startingState } from './state.ts'

let server: HttpServer | undefined
afterEach(async () => {
  await server?.drain(startingState([]), { waitMs: 0, finishMs: 1_000 })
})

const NEVER = [
  '/v1/holds',
  '/v1/orders/1',
  '/v1/sessions/guest',
  '/livez',
  '/readyz',
  '/metrics',
  '/assets/shop.css',
  '/openapi.json',
]
const PATHS = [
  ...NEVER,
  '/v1/suggest?q=a',
  '/v1/search?q=a',
  '/v1/categories',
  '/v1/items/1',
  '/',
  '/search?q=a',
  '/c/mice',
  '/item/1',
]

/** Paths that come through to the app at a level. */
async function admitted(
  level: LoadLevel,
): Promise<{ paths: string[]; refusals: Response[]; metrics: string }> {
  const metrics = createMetrics(['http_'])
  const paths: string[] = []
  const app = {
    fetch(request: Request) {
      paths.push(request.url.slice(new URL(request.url).origin.length))
      return new Response('ok')
    },
  }
  const shedding = createShedding(
    () => level,
    metrics,
    () => 0.99,
  )
  server = await listen(app, '127.0.0.1', 0, { shedding })
  const refusals: Response[] = []
  for (const path of PATHS) {
    const reply = await fetch(server.url + path)
    if (reply.status !== 200) refusals.push(reply)
    else await reply.text()
  }
  return { paths, refusals, metrics: await metrics.text() }
}

test.each([
  [0, PATHS],
  [1, PATHS],
  [2, PATHS.filter((path) => !path.startsWith('/v1/suggest'))],
  [3, NEVER],
] as const)('at load level %i the app is asked for all but what is refused', async (level, expected) => {
  expect((await admitted(level)).paths).toEqual(expected)
})

test('a refusal says when to come back, as a problem to programs and as a page to people', async () => {
  const { refusals, metrics } = await admitted(3)
  for (const reply of refusals) expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '3'])
  expect(await refusals[0]?.json()).toMatchObject({ type: '/problems/overloaded', status: 503 })
  expect(refusals.at(-1)?.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await refusals.at(-1)?.text()).toContain('try again')
  expect(metrics).toContain('http_refused_total{class="suggest",reason="load"} 1')
})
