/**
 * A drop: many customers want the same few units at once, from two processes. How long until the last one knows, that
 * nobody is told an error, and that exactly as many win as there are units.
 */
import type { Benchmark } from './benchmark.ts'
import { callForHolds, cartOf, customersOf, stockItems } from './customers.ts'
import { durabilityOf } from './durability.ts'
import type { HoldResult } from './hold-client.ts'
import { type Place, withPlace } from './place.ts'
import { withProcess } from './processes.ts'
import { spreadOf } from './statistics.ts'

const UNITS = 100
const CUSTOMERS = 2_000
/** As many as a customer may make within ten seconds: nobody is sent away for asking too often. */
const CALLS = 10
/** As many as the proxy has to one process. */
const CONNECTIONS = 200
const WON = 201
const LOST = 409

export const ordersDrop: Benchmark = {
  name: 'orders-drop',
  about: `${UNITS} units, ${(CUSTOMERS * CALLS).toLocaleString('en')} calls of ${CUSTOMERS.toLocaleString('en')} customers, two api processes`,
  run: (setting) =>
    withPlace(setting, 'drop', (place) =>
      withProcess(setting, 'api', place.env, (one) =>
        withProcess(setting, 'api', place.env, async (two) => {
          const drops = await measured(place, [one.url, two.url])
          const figure = (name: string, unit: string, of: (drop: Drop) => number) => ({
            name,
            unit,
            spread: spreadOf(drops.map(of)),
          })
          return {
            conditions: [
              `${CUSTOMERS} customers over ${CONNECTIONS} connections to each process, ${CALLS} calls each, one after the other, each with a key; limits as configured without a word`,
              'client, servers and both processes share the machine',
              await durabilityOf(place),
            ],
            figures: [
              { ...figure('winners', '', ({ held }) => held), target: { atLeast: UNITS } },
              {
                ...figure(
                  'winners too many',
                  '',
                  ({ held, statuses }) => Math.max(held, statuses[WON] ?? 0) - UNITS,
                ),
                target: { atMost: 0 },
              },
              { ...figure('errors', '', errorsOf), target: { atMost: 0 } },
              { ...figure('until the last answer', 's', ({ seconds }) => seconds), target: null },
              { ...figure('answers', '/s', ({ seconds }) => (CUSTOMERS * CALLS) / seconds), target: null },
              { ...figure('an answer, p50', 'ms', ({ p50Ms }) => p50Ms), target: null },
              { ...figure('an answer, p99', 'ms', ({ p99Ms }) => p99Ms), target: null },
            ],
          }
        }),
      ),
    ),
}

type Drop = HoldResult & { /** Units that Postgres has promised. */ readonly held: number }

async function measured(place: Place, urls: readonly string[]): Promise<Drop[]> {
  const { rounds, say } = place.setting
  const drops: Drop[] = []
  for (let round = -1; round < rounds; round++) {
    const sku = `DROP-${round + 1}`
    await stockItems(place, [sku], UNITS)
    const plan = {
      urls,
      customers: await customersOf(place, CUSTOMERS, `round-${round}`), // others: these have had their calls
      bodies: [cartOf(sku)],
      isKeyed: true,
      connections: CONNECTIONS,
      calls: CALLS,
      seconds: 0,
    }
    const result = await callForHolds(place, plan)
    const { rows } = await place.pool.query<{ held: number }>(
      'select held from inv.stock where sku = $1::text',
      [sku],
    )
    const drop = { ...result, held: rows[0]?.held ?? 0 }
    say(`drop ${round + 1}: ${JSON.stringify(drop)}`)
    if (round >= 0) drops.push(drop) // the first one warms
  }
  return drops
}

function errorsOf({ statuses }: Drop): number {
  return Object.entries(statuses).reduce(
    (sum, [status, count]) => (Number(status) === WON || Number(status) === LOST ? sum : sum + count),
    0,
  )
}
