/**
 * Live stock through the processes of the product: from a change in Postgres by way of indexer and Redis to browsers.
 * T22 in its short form: many browsers on one process; its times are those of `npm run bench`.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { watchStock } from '../../sim/stock-watchers.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { receiveStock } from '../../src/postgres/inv/stock.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed, say } from '../support/seed.ts'
import { connectTestRedis, stockFields } from '../support/stock-publisher.ts'
import { waitFor } from '../support/wait-for.ts'

/** More than the connections of a process that are no streams. */
const BROWSERS = IS_SOAK ? 5_000 : 1_100
const CHANGES = IS_SOAK ? 2_000 : 200
const SKUS = Array.from({ length: 20 }, (_, i) => `SKU-${i}`)
const BECAUSE = { reason: 'delivery', actor: 'test' }

const database = await useDatabase('stock')
const { pool } = database
let api: RunningProcess

function receive(sku: string, qty: number) {
  return inTransaction(pool, (tx) => receiveStock(tx, [{ sku, loc: 1, qty }], BECAUSE))
}

beforeAll(async () => {
  for (const sku of SKUS) await receive(sku, 1)
  api = await startProcess('api', database.env)
})
afterAll(() => api.kill())

/** The text of a stream as it comes; ended with the test. */
async function stream(
  path: string,
): Promise<{ readonly status: number; readonly text: () => string; ended: Promise<void> }> {
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  const reply = await fetch(api.url + path, { signal: leave.signal })
  let text = ''
  const read = async () => {
    for await (const chunk of reply.body ?? []) text += new TextDecoder().decode(chunk)
  }
  const ended = read().catch((thrown: unknown) => {
    if (!leave.signal.aborted) throw thrown
  })
  return { status: reply.status, text: () => text, ended }
}

describe('stock over http', () => {
  test('is told of those SKUs that have it, sorted, and of one alone', async () => {
    const list = await fetch(`${api.url}/v1/inventory?skus=SKU-9,GHOST,SKU-1`)
    const view = (sku: string) => ({ sku, ver: 1, available: 1, state: 'low', queue: 0 })
    expect(await list.json()).toEqual({ stock: [view('SKU-1'), view('SKU-9')] })
    expect(list.headers.get('cache-control')).toBe('no-store')
    expect(await (await fetch(`${api.url}/v1/inventory/SKU-1`)).json()).toEqual(view('SKU-1'))
    expect((await fetch(`${api.url}/v1/inventory/GHOST`)).status).toBe(404)
  })

  test('is streamed for 1 to 50 SKUs, and with HEAD not at all', async () => {
    const many = Array.from({ length: 51 }, (_, i) => `S${i}`).join(',')
    for (const skus of ['', ',', many]) {
      expect((await fetch(`${api.url}/v1/inventory/stream?skus=${skus}`)).status, skus).toBe(400)
    }
    const head = await fetch(`${api.url}/v1/inventory/stream?skus=a`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  })

  test('of a customer is streamed twice at most, whatever the tab', async () => {
    const session = await fetch(`${api.url}/v1/sessions/guest`, { method: 'POST' })
    const { token } = (await session.json()) as { token: string }
    const leave = new AbortController()
    onTestFinished(() => leave.abort())
    const open = (signal: AbortSignal) =>
      fetch(`${api.url}/v1/inventory/stream?skus=SKU-1`, {
        headers: { authorization: `Bearer ${token}` },
        signal,
      })
    const first = new AbortController()
    await open(first.signal)
    await open(leave.signal)
    const third = await open(leave.signal)
    expect([third.status, await third.json()]).toMatchObject([429, { type: '/problems/too-many-streams' }])
    first.abort()
    await waitFor('a seat is free', async () => (await open(leave.signal)).status === 200)
  })

  test('is streamed to who listens: a client that says more is cut', async () => {
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    const closed = once(socket, 'close')
    socket.on('error', () => undefined) // cut with what it said unread
    socket.write(`GET /v1/inventory/stream?skus=SKU-1 HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
    await waitFor('the snapshot', () => text.includes('event: snapshot'))
    socket.write(`GET /livez HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
    await closed
    expect(text).not.toContain('/livez')
  })

  test('reaches a browser by way of indexer and Redis, and a drain asks it to come back', async () => {
    const indexer = await startProcess('indexer', database.env)
    onTestFinished(() => indexer.kill())
    const browser = await stream('/v1/inventory/stream?skus=SKU-1,GHOST')
    await waitFor('the snapshot', () => browser.text().includes('event: snapshot'))
    await receive('SKU-1', 41)
    await waitFor('the change', () => browser.text().includes('"ver":2,"available":42,"state":"in_stock"'))
    const other = await startProcess('api', { ...database.env, AISLE_DRAIN_WAIT_MS: '0' })
    onTestFinished(() => other.kill())
    const reply = await fetch(`${other.url}/v1/inventory/stream?skus=SKU-1`)
    const whole = reply.text()
    expect(await other.stop()).toBe(0)
    expect(Number(/retry: (\d+)\n\n$/.exec(await whole)?.[1])).toBeGreaterThanOrEqual(1_000)
  })
})

test(`T22: ${BROWSERS} browsers of one process see every SKU at its last version, and none goes back`, {
  timeout: 120_000,
}, async () => {
  const random = randomBy(chooseSeed('T22'))
  const pick = () => SKUS[Math.floor(random() * SKUS.length)] ?? ''
  const lists = Array.from({ length: BROWSERS }, () => [...new Set([pick(), pick(), pick(), pick(), pick()])])
  const watchers = await watchStock(api.url, lists, () => performance.now())
  onTestFinished(() => watchers.close())
  await waitFor('every browser has its snapshot', () => watchers.snapshots === BROWSERS, {
    deadlineMs: 60_000,
  })
  const redis = connectTestRedis(database.redisUrl)
  onTestFinished(() => redis.disconnect())
  await waitFor('Redis is there', () => redis.status === 'ready')
  const { stream: key } = topicKeys(namesFor(database.namespace).redisPrefix, 'stock')
  const last = new Map(SKUS.map((sku) => [sku, 10]))
  for (let change = 0; change < CHANGES; change++) {
    const sku = pick()
    const ver = (last.get(sku) ?? 0) + 1
    last.set(sku, ver)
    const available = Math.round(performance.now())
    await redis.xadd(key, '*', ...stockFields({ id: change, sku, ver, available }))
    if (change % 10 === 0) await redis.ping()
  }
  const hasAll = () => [...last].every(([sku, ver]) => ver === 10 || watchers.haveSeen(sku, ver))
  await waitFor('all have seen the last', hasAll, { deadlineMs: 30_000 })
  const sorted = watchers.delays.toSorted((a, b) => a - b)
  say(
    `T22: ${watchers.changes} changes shown, p99 ${Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0)} ms`,
  )
  expect([watchers.backwards, watchers.open]).toEqual([0, BROWSERS])
})
