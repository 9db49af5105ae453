/**
 * Durable holds: batches of carts through one writer, beside the same statement with one cart per transaction, and
 * beside shops that take stock plainly. What group commit in the process is worth, and what a sale of a few hot SKUs can
 * promise per second.
 */
import { reserveCarts } from '../src/postgres/inv/reserve.ts'
import { inTransaction, type Pool } from '../src/postgres/pool.ts'
import type { Benchmark, Figure, Setting } from './benchmark.ts'
import { cartsOf } from './carts.ts'
import { stockItems } from './customers.ts'
import { durabilityOf } from './durability.ts'
import { openLoop } from './orders-open-loop.ts'
import { makePlainStock, plainRate, takeByLock, takeByUpdates } from './orders-plain.ts'
import { type Place, withPlace } from './place.ts'
import { percentile, ratios, spreadOf } from './statistics.ts'

const HOT = Array.from({ length: 10 }, (_, at) => `HOT-${at}`)
const LINES = 3
const UNITS = 2_000_000_000
/** Connections that reserve one cart after the other; more make a hot row slower. */
const CLIENTS = 8
const BATCHES = [100, 256] as const
const PLAIN = [
  { name: 'SELECT ... FOR UPDATE a cart', take: takeByLock, atLeast: 20 },
  { name: 'a guarded UPDATE a line', take: takeByUpdates, atLeast: 10 },
] as const
/** Carts a second that come whether others are done or not. */
const OPEN_RATE = 5_000
const OPEN_P99_MS = 25

type Rate = { readonly perSecond: number; readonly p99Ms: number }

export const ordersReserve: Benchmark = {
  name: 'orders-reserve',
  about: 'durable holds in batches beside one transaction per cart',
  run: (setting) =>
    withPlace(setting, 'reserve', async (place) => {
      await stockItems(place, HOT, UNITS)
      await makePlainStock(place.pool, HOT, UNITS)
      return {
        conditions: [
          `carts of ${LINES} lines over ${HOT.length} hot SKUs, prices from the catalogue, ${setting.seconds} s each`,
          `batches: one writer, committed before the next begins; one by one and plain: ${CLIENTS} connections`,
          'plain: tables of stock and holds alone, without ledger, events, limits or repetition by key',
          `open loop: ${OPEN_RATE} carts/s come by the clock, whatever is under way, through the coalescer of the api`,
          await durabilityOf(place),
        ],
        figures: [...(await measured(setting, place.pool)), ...(await openFigures(place))],
      }
    }),
}

async function measured({ rounds, seconds, say }: Setting, pool: Pool): Promise<Figure[]> {
  const single: Rate[] = []
  const batched = BATCHES.map((size) => ({ size, rates: [] as Rate[] }))
  const plain = PLAIN.map((way) => ({ ...way, rates: [] as number[] }))
  const cart = () => cartsOf(1, HOT, LINES).flatMap(({ lines }) => lines.map(({ sku }) => sku))
  for (let round = -1; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}${round < 0 ? ', to warm up' : ''}`)
    const one = await measure(pool, 1, CLIENTS, seconds)
    if (round >= 0) single.push(one)
    for (const { take, rates } of plain) {
      const rate = await plainRate(pool, take, cart, { clients: CLIENTS, seconds })
      if (round >= 0) rates.push(rate)
    }
    for (const { size, rates } of batched) {
      const rate = await measure(pool, size, 1, seconds)
      if (round >= 0) rates.push(rate)
    }
  }
  const ours = batched[0]?.rates.map(({ perSecond }) => perSecond) ?? []
  return [
    ...plain.map(
      ({ name, rates, atLeast }): Figure => ({
        name: `batches of ${BATCHES[0]}, of ${name}`,
        unit: 'ratio',
        spread: spreadOf(ratios(ours, rates)),
        target: { atLeast },
      }),
    ),
    ...batched.flatMap(({ size, rates }) => figuresOf(size, rates, single)),
    ...ownFigures('one by one', single),
    ...plain.map(
      ({ name, rates }): Figure => ({
        name: `${name}, carts`,
        unit: '/s',
        spread: spreadOf(rates),
        target: null,
      }),
    ),
  ]
}

async function openFigures({ pool, setting }: Place): Promise<Figure[]> {
  const rounds: { p50: number; p99: number }[] = []
  for (let round = -1; round < setting.rounds; round++) {
    const times = await openLoop(pool, () => cartsOf(1, HOT, LINES), OPEN_RATE, setting.seconds)
    const found = { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
    setting.say(`open loop at ${OPEN_RATE}/s: ${JSON.stringify(found)} ms`)
    if (round >= 0) rounds.push(found)
  }
  const figure = (name: string, of: (round: (typeof rounds)[number]) => number) => ({
    name: `open loop at ${OPEN_RATE}/s, ${name}`,
    unit: 'ms',
    spread: spreadOf(rounds.map(of)),
  })
  return [
    { ...figure('p99', ({ p99 }) => p99), target: { atMost: OPEN_P99_MS } },
    { ...figure('p50', ({ p50 }) => p50), target: null },
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
    ...ownFigures(`batches of ${size}`, rates),
  ]
}

function ownFigures(name: string, rates: readonly Rate[]): Figure[] {
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
      const carts = cartsOf(size, HOT, LINES)
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
