/**
 * T19: what concurrent callers were told about a SKU can be explained by one order of all their calls, each taking effect
 * between its call and its answer, also while apis are killed and connections cut. Outcomes that nobody learned stay
 * unknown.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { freePort } from '../../stack/ports.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { checkStockHistory, type Recorded } from '../support/linearizability.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { chooseSeed, say } from '../support/seed.ts'
import { recordHistory } from '../support/stock-history.ts'
import { stockShop } from '../support/stocked-shop.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const ROUNDS = IS_SOAK ? 100 : 2
const SKUS = 4
/** Few, so that most calls of a sale come when it is nearly over. */
const UNITS = 12
const CALLERS = 12
const CALLS = 40
/** Of the pause between two faults, ms. */
const CUT_EVERY_MS = 150

const database = await useDatabase('hold_history')
const { pool, namespace } = database
const seed = chooseSeed('histories of holds')
let toPostgres: TcpProxy
let toApi: TcpProxy
let apis: RunningProcess[] = []

const start = (port: number) =>
  startProcess('api', {
    ...database.env,
    DATABASE_URL: toPostgres.url,
    AISLE_NAMESPACE: namespace,
    AISLE_PORT: `${port}`,
  })

beforeAll(async () => {
  toPostgres = await startTcpProxy(database.postgresUrl)
  const ports = [await freePort(), await freePort()]
  apis = await Promise.all(ports.map(start))
  toApi = await startTcpProxy(apis[1]?.url ?? '')
})
afterAll(async () => {
  expect(await verifyInventory(pool)).toEqual([])
  await Promise.all(apis.map((api) => api.stop()))
  await Promise.all([toApi.close(), toPostgres.close()])
})

/** Cuts between everybody, and one api killed, as long as `calls` are made. */
async function faults(calls: Promise<unknown>): Promise<void> {
  let isOver = false
  void calls.finally(() => {
    isOver = true
  })
  const port = Number(new URL(apis[1]?.url ?? '').port)
  await pause(CUT_EVERY_MS)
  await apis[1]?.kill()
  const reborn = start(port)
  for (let cut = 0; !isOver; cut += 1) {
    if (cut % 2 === 0) toPostgres.reset()
    else toApi.reset()
    await pause(CUT_EVERY_MS)
  }
  apis[1] = await reborn
}

async function historiesOf(round: number): Promise<ReadonlyMap<string, Recorded[]>> {
  const skus = Array.from({ length: SKUS }, (_, at) => `H${round}-${at}`)
  await stockShop(pool, Object.fromEntries(skus.map((sku) => [sku, { units: UNITS }])))
  const urls = () => [apis[0]?.url ?? '', toApi.url.replace(/\/$/, '')]
  const calls = recordHistory({
    ...{ pool, urls, namespace, skus, callers: CALLERS, calls: CALLS },
    ...{ seed: seed + round, walksAway: 0.1 },
  })
  await Promise.all([calls, faults(calls)])
  return await calls
}

const unknownsOf = (history: readonly Recorded[]) =>
  history.filter(({ returned }) => returned === Number.POSITIVE_INFINITY).length

let last: ReadonlyMap<string, Recorded[]> = new Map()

test(
  'each history of a SKU under cuts and kills has an order that explains every answer (T19)',
  async () => {
    for (let round = 1; round <= ROUNDS; round += 1) {
      last = await historiesOf(round)
      for (const [sku, history] of last) {
        say(`${sku}: ${history.length} calls, ${unknownsOf(history)} of unknown outcome`)
        expect(checkStockHistory(UNITS, history), `seed ${seed}, ${sku}`).toEqual({ ok: true })
      }
    }
  },
  ROUNDS * 60_000,
)

describe('a history is not explained', () => {
  const longest = () => [...last.values()].reduce((a, b) => (b.length > a.length ? b : a))

  test('when the last units were sold once more', () => {
    const history = longest()
    const at = history.at(-1)?.called ?? 0
    const twice: Recorded = {
      call: { kind: 'reserve', qty: UNITS, answer: 'held' },
      called: at,
      returned: at,
    }
    expect(checkStockHistory(UNITS, [...history, twice])).toMatchObject({ ok: false })
  })

  test('when more units are seen than there ever were', () => {
    const history = longest()
    const at = history.at(-1)?.called ?? 0
    const read: Recorded = { call: { kind: 'read', available: UNITS + 1 }, called: at, returned: at }
    expect(checkStockHistory(UNITS, [...history, read])).toMatchObject({ ok: false })
  })
})
