/**
 * How late a hold ends: many of them within one minute, ended by one worker. The time of a hold's end is the last one
 * that the transaction which gives its units back has written to the ledger.
 */

import { reserveCarts } from '../src/postgres/inv/reserve.ts'
import { inTransaction } from '../src/postgres/pool.ts'
import { until } from '../stack/wait.ts'
import type { Benchmark } from './benchmark.ts'
import { cartsOf } from './carts.ts'
import { stockItems } from './customers.ts'
import { durabilityOf } from './durability.ts'
import { type Place, withPlace } from './place.ts'
import { withProcess } from './processes.ts'
import { percentile, spreadOf } from './statistics.ts'

const HOLDS = 20_000
const SKUS = Array.from({ length: 50 }, (_, i) => `SKU-${i}`)
const UNITS = 1_000_000
const BATCH = 250
/** Longer than it takes to make them. */
const FIRST_S = 20
const MINUTE_S = 60
const PATIENCE_MS = 150_000

export const ordersExpiry: Benchmark = {
  name: 'orders-expiry',
  about: `how late holds end, ${HOLDS.toLocaleString('en')} of them in one minute`,
  run: (setting) =>
    withPlace(setting, 'expiry', async (place) => {
      await stockItems(place, SKUS, UNITS)
      setting.say(`making ${HOLDS} holds`)
      await makeHolds(place)
      const lags = await withProcess(setting, 'worker', place.env, () => lagsOf(place))
      const figure = (name: string, value: number) => ({ name, unit: 's', spread: spreadOf([value]) })
      return {
        conditions: [
          `${HOLDS} holds of one unit of ${SKUS.length} SKUs that end within ${MINUTE_S} s, one worker with all its jobs, one round`,
          await durabilityOf(place),
        ],
        figures: [
          { ...figure('a hold ends late by, p99', percentile(lags, 0.99)), target: { atMost: 1 } },
          { ...figure('a hold ends late by, p50', percentile(lags, 0.5)), target: null },
          { ...figure('a hold ends late by, most', percentile(lags, 1)), target: null },
        ],
      }
    }),
}

async function makeHolds({ pool }: Place): Promise<void> {
  for (let made = 0; made < HOLDS; made += BATCH) {
    const carts = cartsOf(BATCH, SKUS, 1).map((cart) => ({
      ...cart,
      ttl_s: FIRST_S + Math.floor(Math.random() * MINUTE_S),
    }))
    const answers = await inTransaction(pool, (tx) => reserveCarts(tx, carts))
    const missed = answers.find(({ outcome }) => outcome !== 'OK')
    if (missed) throw new Error(`every cart expected to be held, got ${JSON.stringify(missed)}`)
  }
}

/** Of every hold, s. */
async function lagsOf({ pool, setting }: Place): Promise<number[]> {
  const left = async () => {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::integer as count from inv.hold where state = 'ACTIVE'`,
    )
    return rows[0]?.count === 0 ? true : undefined
  }
  setting.say('waiting until all have ended')
  await until('every hold has ended', left, { deadlineMs: PATIENCE_MS, everyMs: 500, signal: setting.signal })
  const { rows } = await pool.query<{ lag: number }>(
    `select extract(epoch from pass.at - h.expires_at)::float8 as lag
       from outbox o
       join (select tx, max(at) as at from inv.stock_ledger where kind = 'expire' group by tx) pass on pass.tx = o.tx
      cross join lateral jsonb_array_elements_text(o.payload -> 'ids') as ended (id)
       join inv.hold h on h.id = ended.id::uuid
      where o.topic = 'hold' and o.type = 'hold.expired'`,
  )
  if (rows.length !== HOLDS) throw new Error(`${HOLDS} ends expected, got ${rows.length}`)
  return rows.map(({ lag }) => lag)
}
