/**
 * Durable holds: batches of carts through one writer, beside the same statement with one cart per transaction. What
 * group commit in the process is worth, and what a sale of a few hot SKUs can promise per second.
 */
import { randomUUID } from 'node:crypto'
import { type CartToReserve, reserveCarts } from '../src/postgres/inv/reserve.ts'
import { inTransaction, type Pool } from '../src/postgres/pool.ts'
import type { Benchmark, Figure, Setting } from './benchmark.ts'
import { withPlace } from './place.ts'
import { percentile, ratios, spreadOf } from './statistics.ts'

const HOT = Array.from({ length: 10 }, (_, at) => `HOT-${at}`)
const LINES = 3
const UNITS = 2_000_000_000
/** Connections that reserve one cart after the other; more make a hot row slower. */
const CLIENTS = 8
const BATCHES = [100, 256] as const

type Rate = { readonly perSecond: number; readonly p99Ms: number }

export const ordersReserve: Benchmark = {
  name: 'orders-reserve',
  about: 'durable holds in batches beside one transaction per cart',
  run: (setting) =>
    withPlace(setting, 'reserve', async ({ pool }) => {
      await stock(pool)
      return {
        conditions: [
          `carts of ${LINES} lines over ${HOT.length} hot SKUs, prices from the catalogue, ${setting.seconds} s each`,
          `batches: one writer, committed before the next begins; one by one: ${CLIENTS} connections`,
        ],
        figures: await measured(setting, pool),
      }
    }),
}

async function measured({ rounds, seconds, say }: Setting, pool: Pool): Promise<Figure[]> {
  const single: Rate[] = []
  const batched = BATCHES.map((size) => ({ size, rates: [] as Rate[] }))
  for (let round = -1; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}${round < 0 ? ', to warm up' : ''}`)
    const one = await measure(pool, 1, CLIENTS, seconds)
    if (round >= 0) single.push(one)
    for (const { size, rates } of batched) {
      const rate = await measure(pool, size, 1, seconds)
      if (round >= 0) rates.push(rate)
    }
  }
  return [
    ...batched.flatMap(({ size, rates }) => figuresOf(size, rates, single)),
    ...plainFigures('one by one', single),
  ]
}

function figuresOf(size: number, rates: readonly Rate[], single: readonly Rate[]): Figure[] {
  const share = ratios(
    rates.map(({ perSecond }) => perSecond),
    single.map(({ perSecond }) => perSecond),
  )
  const ratio = { name: `batches of ${size}, of one by one`, unit: 'ratio', spread: spreadOf(share) }
  return [
    { ...ratio, target: size === BATCHES[0] ? { atLeast: 20 } : null },
    ...plainFigures(`batches of ${size}`, rates),
  ]
}

function plainFigures(name: string, rates: readonly Rate[]): Figure[] {
  const spread = (of: (rate: Rate) => number) => spreadOf(rates.map(of))
  return [
    { name: `${name}, carts`, unit: '/s', spread: spread(({ perSecond }) => perSecond), target: null },
    { name: `${name}, p99`, unit: 'ms', spread: spread(({ p99Ms }) => p99Ms), target: null },
  ]
}

/** Reserve until the time is over. @returns carts per second of all clients together */
async function measure(pool: Pool, size: number, clients: number, seconds: number): Promise<Rate> {
  const times: number[] = []
  const startedAt = performance.now()
  const client = async () => {
    while (performance.now() < startedAt + seconds * 1_000) {
      const carts = cartsOf(size)
      const from = performance.now()
      const answers = await inTransaction(pool, (tx) => reserveCarts(tx, carts))
      times.push(performance.now() - from)
      const missed = answers.find(({ outcome }) => outcome !== 'OK')
      if (missed) throw new Error(`every cart expected to be held, got ${JSON.stringify(missed)}`)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const passed = (performance.now() - startedAt) / 1_000
  return { perSecond: (times.length * size) / passed, p99Ms: percentile(times, 0.99) }
}

function cartsOf(size: number): CartToReserve[] {
  return Array.from({ length: size }, () => {
    const first = Math.floor(Math.random() * HOT.length)
    const line = (at: number) => ({
      sku: HOT[(first + at) % HOT.length] ?? '',
      qty: 1,
      expected_price_minor: null,
    })
    const lines = Array.from({ length: LINES }, (_, at) => line(at))
    const cart = { kind: 'cart', allow_partial: false, ttl_s: 600, region: [], lines } as const
    return { id: nextId(), customer: randomUUID(), req_hash: new Uint8Array(32), ...cart }
  })
}

/** UUIDv7, as shops send it: ids of one moment lie together in the index. */
function nextId(): string {
  const ms = Date.now().toString(16).padStart(12, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${randomUUID().slice(15)}`
}

async function stock(pool: Pool): Promise<void> {
  await pool.query(`insert into categories (category_id, slug, name) values (1, 'all', 'All')`)
  await pool.query(
    `insert into items (sku, name, category_id, price_minor, currency)
     select u.sku, u.sku, 1, 1000, 'EUR' from unnest($1::text[]) as u (sku)`,
    [HOT],
  )
  await pool.query(`select from inv.receive($1::text[], $2::smallint[], $3::integer[], 'bench', null)`, [
    HOT,
    HOT.map(() => 1),
    HOT.map(() => UNITS),
  ])
}
