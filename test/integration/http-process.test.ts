import { expect, test } from 'vitest'
import { freePort } from '../../stack/ports.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, spawnProcess, startProcess } from '../support/processes.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('http_process')

const getJson = async (url: string) => {
  const reply = await fetch(url)
  return {
    status: reply.status,
    headers: reply.headers,
    body: (await reply.json()) as Record<string, unknown>,
  }
}

/** Run `work` with an api process and end it cleanly. */
async function withApi(env: Readonly<Record<string, string>>, work: (api: RunningProcess) => Promise<void>) {
  const api = await startProcess('api', { ...database.env, ...env })
  try {
    await work(api)
  } finally {
    await api.stop()
  }
}

test('with Elasticsearch away the process stays ready, says so, and search answers from Postgres', async () => {
  await withApi({ ELASTICSEARCH_URL: `http://127.0.0.1:${await freePort()}` }, async (api) => {
    const found = await getJson(`${api.url}/v1/search?q=usb`)
    expect([found.status, found.body['degraded']]).toEqual([200, ['elasticsearch']])
    const ready = await waitFor('the look at the servers', async () => {
      const seen = await getJson(`${api.url}/readyz`)
      const states = seen.body['dependencies'] as Record<string, string>
      return states['elasticsearch'] === 'down' && states['postgres'] === 'up' && seen
    })
    expect([ready.status, ready.body['status']]).toEqual([200, 'ready'])
    expect((await fetch(`${api.url}/livez`)).status).toBe(200)
  })
})

test('an Elasticsearch that never answers costs a request its deadline, not more', async () => {
  const proxy = await startTcpProxy(database.elasticsearchUrl)
  proxy.setMode('silent')
  try {
    await withApi({ ELASTICSEARCH_URL: proxy.url, AISLE_SEARCH_DEADLINE_MS: '400' }, async (api) => {
      const startedAt = performance.now()
      const found = await getJson(`${api.url}/v1/search?q=usb`)
      expect([503, 504]).toContain(found.status)
      expect(performance.now() - startedAt).toBeLessThan(5_000) // a bound on a failure, not a measurement
    })
  } finally {
    await proxy.close()
  }
})

test('metrics tell requests by route and the lag of the index', async () => {
  await withApi({}, async (api) => {
    await fetch(`${api.url}/v1/items/1`)
    const text = await waitFor('the lag was read', async () => {
      const metrics = await (await fetch(`${api.url}/metrics`)).text()
      return /^index_lag_seconds /m.test(metrics) && metrics
    })
    expect(text).toMatch(
      /http_request_duration_seconds_count\{route="\/v1\/items\/:id",method="GET",status="404"\} 1/,
    )
  })
})

test('on SIGTERM readiness goes first, requests are still answered, and the exit is 0', async () => {
  const api = await startProcess('api', { ...database.env, AISLE_DRAIN_WAIT_MS: '1500' })
  api.signal('SIGTERM')
  await waitFor('readyz says draining', async () => (await fetch(`${api.url}/readyz`)).status === 503)
  const late = await fetch(`${api.url}/v1/items/1`)
  expect([late.status, late.headers.get('connection')]).toEqual([404, 'close'])
  expect(await api.exited).toBe(0)
  expect(api.output()).toContain('"outcome":"clean"')
})

test('a second signal ends an api at once that waits for its requests', async () => {
  const api = await startProcess('api', { ...database.env, AISLE_DRAIN_WAIT_MS: '60000' })
  api.signal('SIGTERM')
  await waitFor('the first signal was taken', () => api.output().includes('"stopping"'))
  api.signal('SIGTERM')
  expect(await api.exited).toBe(130)
})

test.each(['worker', 'indexer'] as const)('a second signal ends the %s at once', async (kind) => {
  const running = await startProcess(kind, database.env)
  // Frozen, it is told of both together: whatever it does on the first, it has not done yet.
  for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) running.signal(signal)
  expect(await running.exited).toBe(130)
})

test('a configuration that cannot be used is reported whole, and nothing starts', async () => {
  const api = await spawnProcess('api', { ...database.env, AISLE_LOCALE: '7', AISLE_CURRENCY: 'euro' })
  expect(await api.exited).toBe(78)
  expect(api.output()).toMatch(/AISLE_CURRENCY[\s\S]*AISLE_LOCALE/)
})
