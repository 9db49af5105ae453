/**
 * Calls for holds over HTTP beside an empty hono route that is asked in the same words: what turning a customer away
 * costs, and what a hold costs that is durable before it is answered. In turns in one run, by the same client.
 */
import type { Benchmark, Figure } from './benchmark.ts'
import { callForHolds, cartOf, customersOf, stockItems, UNLIMITED } from './customers.ts'
import { durabilityOf } from './durability.ts'
import type { Customer, HoldPlan, HoldResult } from './hold-client.ts'
import { type Place, withPlace } from './place.ts'
import { withProcess } from './processes.ts'
import { ratios, spreadOf } from './statistics.ts'

const CUSTOMERS = 64
const HOT = Array.from({ length: 10 }, (_, i) => `HOT-${i}`)
const GONE = 'GONE'
const UNITS = 1_000_000_000

type Way = {
  readonly of: string
  readonly bodies: readonly string[]
  readonly isKeyed: boolean
  readonly status: number
}

const WAYS = {
  empty: { of: 'an empty route', bodies: [cartOf('HOT-0')], isKeyed: true, status: 201 },
  refused: { of: 'refusals', bodies: [cartOf(GONE)], isKeyed: false, status: 409 },
  refusedKeyed: { of: 'refusals with a key', bodies: [cartOf(GONE)], isKeyed: true, status: 409 },
  won: { of: 'holds of one line', bodies: HOT.map((sku) => cartOf(sku)), isKeyed: true, status: 201 },
  won3: {
    of: 'holds of three lines',
    bodies: HOT.map((_, i) => cartOf(...[0, 1, 2].map((by) => HOT[(i + by) % HOT.length] ?? ''))),
    isKeyed: true,
    status: 201,
  },
} as const satisfies Record<string, Way>

type Rates = Record<keyof typeof WAYS, number[]>

export const ordersHttp: Benchmark = {
  name: 'orders-http',
  about: 'refused and granted holds over HTTP beside an empty hono route',
  run: (setting) =>
    withPlace(setting, 'http', async (place) => {
      await stockItems(place, HOT, UNITS)
      await stockItems(place, [GONE], 1)
      const customers = await customersOf(place, CUSTOMERS)
      return await withProcess(setting, 'empty', place.env, (empty) =>
        withProcess(setting, 'api', { ...place.env, ...UNLIMITED }, async (api) => ({
          conditions: [
            `${CUSTOMERS} customers, a connection each, calls of ${setting.seconds} s in turns; client, servers and one api process share the machine`,
            'identity, limits of customer and address, gate, batch and commit are all in it; a refusal with a key looks for the key in Postgres',
            await durabilityOf(place),
          ],
          figures: figuresOf(await measured(place, customers, { empty: empty.url, api: api.url })),
        })),
      )
    }),
}

async function measured(
  place: Place,
  customers: readonly Customer[],
  urls: { readonly empty: string; readonly api: string },
): Promise<Rates> {
  const { rounds, say } = place.setting
  const only: HoldPlan = {
    urls: [urls.api],
    customers: customers.slice(0, 1),
    bodies: [cartOf(GONE)],
    isKeyed: true,
    connections: 1,
    calls: 1,
    seconds: 0,
  }
  expectOnly(await callForHolds(place, only), 201) // from now on there is none
  const rates: Rates = { empty: [], refused: [], refusedKeyed: [], won: [], won3: [] }
  for (let round = -1; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}${round < 0 ? ', to warm up' : ''}`)
    for (const name of Object.keys(WAYS) as (keyof typeof WAYS)[]) {
      const { bodies, isKeyed, status } = WAYS[name]
      const url = name === 'empty' ? urls.empty : urls.api
      const seconds = place.setting.seconds
      const plan: HoldPlan = {
        urls: [url],
        customers,
        bodies,
        isKeyed,
        connections: CUSTOMERS,
        calls: null,
        seconds,
      }
      const result = await callForHolds(place, plan)
      say(`${name}: ${Math.round(rateOf(result))}/s, p99 ${result.p99Ms.toFixed(1)} ms`)
      expectOnly(result, status)
      if (round >= 0) rates[name].push(rateOf(result))
    }
  }
  return rates
}

function rateOf({ statuses, seconds }: HoldResult): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0) / seconds
}

/** @throws Error when there was any other answer: then something else was measured */
function expectOnly({ statuses }: HoldResult, status: number): void {
  if (Object.keys(statuses).join() !== String(status)) {
    throw new Error(`answers of status ${status} alone expected, got ${JSON.stringify(statuses)}`)
  }
}

function figuresOf(rates: Rates): Figure[] {
  const share = (name: keyof typeof WAYS, target: Figure['target']): Figure => ({
    name: `${WAYS[name].of}, of an empty route`,
    unit: 'ratio',
    spread: spreadOf(ratios(rates[name], rates.empty)),
    target,
  })
  return [
    share('refused', { atLeast: 0.6 }),
    share('refusedKeyed', null),
    share('won', { atLeast: 0.35 }),
    share('won3', null),
    ...(Object.keys(WAYS) as (keyof typeof WAYS)[]).map(
      (name): Figure => ({ name: WAYS[name].of, unit: '/s', spread: spreadOf(rates[name]), target: null }),
    ),
  ]
}
