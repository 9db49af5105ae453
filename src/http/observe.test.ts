import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { edge } from '../../test/support/edge.ts'
import { memorySearch } from '../../test/support/memory-search.ts'
import { createLogger, errorFields } from '../telemetry/log.ts'

/** The app, and the lines it has written. */
function loggedEdge(search = memorySearch()) {
  const lines: Record<string, unknown>[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { app: edge({ search, logger: createLogger('api', 'info', sink) }), lines }
}

test('a request leaves one line with its id, route and status, without what was asked', async () => {
  const { app, lines } = loggedEdge()
  await app.request('/v1/search?q=secret-wish', { headers: { 'x-request-id': 'abcdefgh' } })
  expect(lines).toMatchObject([
    { request_id: 'abcdefgh', route: '/v1/search', method: 'GET', status: 200, msg: 'request' },
  ])
  expect(JSON.stringify(lines)).not.toContain('secret-wish')
})

test('of good suggest requests one in a hundred leaves a line, of refused ones every one', async () => {
  const { app, lines } = loggedEdge()
  for (let i = 0; i < 150; i++) await app.request('/v1/suggest?q=a')
  await app.request('/v1/suggest?q=a&limit=1')
  expect(lines.map(({ status }) => status)).toEqual([200, 200, 400])
})

test('a path that is none and a method that is none do not widen the metrics', async () => {
  const app = edge()
  await app.request('/made-up/1')
  await app.request('/made-up/2', { method: 'PROPFIND' })
  const text = await (await app.request('/metrics')).text()
  expect(text).toContain('route="none",method="GET",status="404"')
  expect(text).toContain('route="none",method="other",status="404"')
  expect(text).not.toContain('made-up')
})

test('an error in the log has its causes and nothing else that hangs on it', async () => {
  const driver = Object.assign(new Error('connect refused'), {
    code: 'ECONNREFUSED',
    meta: { connection: 'http://user:pass@10.1.2.3' },
  })
  const { app, lines } = loggedEdge({
    ...memorySearch(),
    item: () => Promise.reject(new Error('no item', { cause: driver })),
  })
  await app.request('/v1/items/1')
  expect(lines).toMatchObject([
    { level: 'error', problem: 'internal', err: { message: 'no item', cause: { code: 'ECONNREFUSED' } } },
  ])
  expect(JSON.stringify(lines)).not.toContain('user:pass')
})

test('a circle of causes ends', () => {
  const error = new Error('a')
  error.cause = error
  expect(JSON.stringify(errorFields(error)).length).toBeLessThan(10_000)
})
