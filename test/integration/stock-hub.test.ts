/** Live stock of one process on a real Redis; Postgres is a table in memory that the tests change. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { STOCK_HUB_TIMING, StockHub, type StockHubTiming } from '../../src/events/stock-hub.ts'
import type { StockRow } from '../../src/events/stock-view.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { stockBrowser } from '../support/stock-browser.ts'
import { connectTestRedis, stockFields } from '../support/stock-publisher.ts'
import { waitFor } from '../support/wait-for.ts'

const server = await useRedisServer()
const redis = connectTestRedis(server.url)
beforeAll(() => waitFor('Redis is there', () => redis.status === 'ready'))
afterAll(() => redis.disconnect())

const TIMING: StockHubTiming = { ...STOCK_HUB_TIMING, windowMs: 40, degradedMs: 100, graceMs: 100 }
/** Longer than a read waits. */
const READ_TIMEOUT_MS = 800
/** Of a server whose clock is ahead, ms since 1970. */
const LATE_ID = '9000000000000-0'
let streams = 0

/** A hub that runs until the test ends, and its rows. */
async function startHub(timing: Partial<StockHubTiming> = {}) {
  const stream = `stock-${++streams}`
  const rows = new Map<string, StockRow>()
  const reading = { count: 0, before: Promise.resolve() }
  const connection = connectTestRedis(server.url, READ_TIMEOUT_MS)
  const hub = new StockHub({
    connection,
    stream,
    readStock: async (skus) => {
      const found = skus.flatMap((sku) => rows.get(sku) ?? [])
      reading.count += 1
      await reading.before
      return found
    },
    timing: { ...TIMING, ...timing },
    metrics: createMetrics(['sse_']),
    log: createLogger('test', 'silent'),
    now: () => performance.now(),
    random: () => 0.5,
  })
  const end = new AbortController()
  const running = hub.run(end.signal)
  onTestFinished(async () => {
    end.abort()
    connection.disconnect()
    await running
  })
  let id = 0
  const put = (sku: string, ver: number, available: number) => {
    rows.set(sku, { sku, ver, available, low_at: 5, queue: 0 })
  }
  const tell = async (sku: string, ver: number, available: number, streamId = '*') => {
    await redis.xadd(stream, streamId, ...stockFields({ id: ++id, sku, ver, available }))
  }
  /** In Postgres and then as an event. */
  const change = async (sku: string, ver: number, available: number) => {
    put(sku, ver, available)
    await tell(sku, ver, available)
  }
  // The reader stands at the end of the stream once a change of a SKU that is watched arrives.
  const probe = stockBrowser()
  put('probe', 1, 1)
  const leave = hub.watch(['probe'], probe)
  await waitFor('the hub reads', async () => {
    const ver = (probe.latest('probe')?.ver ?? 0) + 1
    await change('probe', ver, 1)
    return probe.frames.some(({ event }) => event === 'stock')
  })
  leave()
  return { hub, stream, put, tell, change, reading }
}

describe('a browser that connects', () => {
  test('H1: gets a snapshot of what exists, then every change', async () => {
    const { hub, put, change } = await startHub()
    put('lamp', 7, 9)
    const browser = stockBrowser()
    hub.watch(['lamp', 'ghost'], browser)
    const [snapshot] = await waitFor('a snapshot', () => browser.frames.length > 0 && browser.frames)
    const view = { sku: 'lamp', ver: 7, available: 9, state: 'in_stock', queue: 0 }
    expect(snapshot).toMatchObject({ event: 'snapshot', data: [view] })
    await change('lamp', 8, 3)
    await waitFor('the change', () => browser.versions('lamp').length === 2)
    expect(browser.frames[1]).toMatchObject({
      event: 'stock',
      id: expect.stringMatching(/^\d+-\d+$/),
      data: { sku: 'lamp', ver: 8, available: 3, state: 'low', queue: 0 },
    })
  })

  test('H1: never gets an older version, though old events come again', async () => {
    const { hub, put, tell, change } = await startHub()
    put('lamp', 1, 9)
    const browser = stockBrowser()
    hub.watch(['lamp', 'probe'], browser)
    for (const ver of [2, 3, 4]) await change('lamp', ver, 9 - ver)
    await waitFor('the newest', () => browser.latest('lamp')?.ver === 4)
    for (const ver of [2, 3]) await tell('lamp', ver, 9 - ver)
    await change('probe', 1_000, 1)
    await waitFor('what came after the old ones', () => browser.latest('probe')?.ver === 1_000)
    const versions = browser.versions('lamp')
    expect(versions).toEqual([...new Set(versions)].toSorted((x, y) => x - y))
  })

  test('is served from memory when another one watches the same', async () => {
    const { hub, put, reading } = await startHub()
    put('lamp', 1, 9)
    const [first, second] = [stockBrowser(), stockBrowser()]
    hub.watch(['lamp'], first)
    await waitFor('its snapshot', () => first.frames.length === 1)
    const { count } = reading
    hub.watch(['lamp'], second)
    expect([second.frames.length, reading.count]).toEqual([1, count])
  })
})

describe('changes', () => {
  test('H2: of one SKU within a window are one push, with the last of them', async () => {
    const { hub, put, change } = await startHub({ windowMs: 400 })
    put('lamp', 1, 99)
    const browser = stockBrowser()
    hub.watch(['lamp'], browser)
    await waitFor('a snapshot', () => browser.frames.length === 1)
    for (let ver = 2; ver <= 21; ver++) await change('lamp', ver, 100 - ver)
    await waitFor('the last', () => browser.latest('lamp')?.ver === 21)
    expect(browser.versions('lamp').length).toBeLessThanOrEqual(3) // 20 changes in one window, or over its edge
  })

  test('H3: that were missed are read when a later one shows the gap', async () => {
    const { hub, put, tell } = await startHub()
    put('lamp', 1, 9)
    const browser = stockBrowser()
    hub.watch(['lamp'], browser)
    await waitFor('a snapshot', () => browser.frames.length === 1)
    put('lamp', 5, 2)
    await tell('lamp', 3, 4)
    await waitFor('the truth', () => browser.latest('lamp')?.ver === 5)
    expect(browser.latest('lamp')).toMatchObject({ available: 2 })
  })

  test('H3: that commit while a SKU is being read are not lost to it', async () => {
    const { hub, put, change, reading } = await startHub()
    put('lamp', 1, 9)
    const held = Promise.withResolvers<void>()
    reading.before = held.promise
    const browser = stockBrowser()
    hub.watch(['lamp'], browser)
    await change('lamp', 2, 8)
    await change('probe', 999, 1)
    held.resolve()
    await waitFor('the newer', () => browser.latest('lamp')?.ver === 2)
  })

  test('H3: of a SKU that did not exist are shown from its first on', async () => {
    const { hub, change } = await startHub()
    const browser = stockBrowser()
    hub.watch(['novel'], browser)
    await waitFor('an empty snapshot', () => browser.frames.length === 1)
    await change('novel', 1, 30)
    await waitFor('its first', () => browser.latest('novel')?.available === 30)
  })

  test('H3: that nobody told of are found by the check', async () => {
    const { hub, put } = await startHub({ checkMs: 100 })
    put('lamp', 1, 9)
    const browser = stockBrowser()
    hub.watch(['lamp'], browser)
    put('lamp', 2, 8)
    await waitFor('it is found', () => browser.latest('lamp')?.ver === 2)
  })
})

describe('a stream', () => {
  test('is cut when the browser does not take what it is sent', async () => {
    const { hub, put, change } = await startHub()
    put('lamp', 1, 9)
    const [slow, quick] = [stockBrowser(65_537), stockBrowser(65_536)]
    hub.watch(['lamp'], slow)
    hub.watch(['lamp'], quick)
    await waitFor('it is cut', () => slow.state === 'destroyed')
    await change('lamp', 2, 8)
    await waitFor('the other one goes on', () => quick.latest('lamp')?.ver === 2)
    expect(hub.size).toBe(1)
  })

  test('on which nothing happens says so', async () => {
    const { hub } = await startHub({ commentMs: 300 })
    const browser = stockBrowser()
    hub.watch(['lamp'], browser)
    await waitFor('a comment', () => browser.comments > 1)
  })

  test('is over when the browser has gone: nothing is written any more', async () => {
    const { hub, put, change } = await startHub()
    put('lamp', 1, 9)
    const [gone, here] = [stockBrowser(), stockBrowser()]
    const leave = hub.watch(['lamp'], gone)
    hub.watch(['lamp'], here)
    await waitFor('both have a snapshot', () => gone.frames.length + here.frames.length === 2)
    leave()
    leave()
    await change('lamp', 2, 8)
    await waitFor('the other one gets it', () => here.latest('lamp')?.ver === 2)
    expect([gone.frames.length, hub.size]).toEqual([1, 1])
  })

  test('ends at a drain with a pause of 1 to 5 s, and no new one begins', async () => {
    const { hub } = await startHub()
    const [before, after] = [stockBrowser(), stockBrowser()]
    hub.watch(['lamp'], before)
    hub.drain()
    hub.watch(['lamp'], after)
    expect([before, after].map(({ state, retryMs }) => [state, retryMs])).toEqual([
      ['ended', 3_000],
      ['ended', 3_000],
    ])
    expect(hub.size).toBe(0)
  })
})

describe('while Redis is away', () => {
  test('H4: browsers are told, and get what Postgres says until it is back', async () => {
    const { hub, put, change, tell } = await startHub()
    put('lamp', 1, 9)
    const browser = stockBrowser()
    hub.watch(['lamp'], browser)
    await waitFor('a snapshot', () => browser.frames.length === 1)
    await tell('lamp', 2, 8, LATE_ID)
    await waitFor('the change', () => browser.latest('lamp')?.ver === 2)
    await server.killAndRestart() // comes back empty, and its ids begin below those of before
    await waitFor('Redis is there', () => redis.status === 'ready')
    await waitFor('events flow again', async () => {
      const ver = (browser.latest('lamp')?.ver ?? 0) + 1
      await change('lamp', ver, 7)
      return (browser.latest('lamp')?.ver ?? 0) > 3
    })
    server.freeze()
    onTestFinished(() => server.thaw())
    await waitFor('it is told', () => browser.frames.some(({ event }) => event === 'degraded'))
    const newcomer = stockBrowser()
    hub.watch(['lamp'], newcomer)
    await waitFor('a newcomer is told too', () => newcomer.frames[0]?.event === 'degraded')
    put('lamp', 1_000, 4)
    await waitFor('Postgres is read', () => browser.latest('lamp')?.ver === 1_000)
    server.thaw()
    await waitFor('it is told of the end', () => browser.frames.some(({ event }) => event === 'live'))
    await change('lamp', 1_001, 3)
    await waitFor('events flow', () => newcomer.latest('lamp')?.ver === 1_001)
  })
})
