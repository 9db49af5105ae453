/**
 * T13 and T14: processes whose clocks are wrong by ten minutes, and three workers that sweep at once because nobody
 * keeps a lease. Postgres alone says what time it is, and every effect is guarded: nothing comes out differently.
 */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { useDatabase } from '../support/database.ts'
import { type ProcessKind, type RunningProcess, startProcess } from '../support/processes.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'
import { type HoldReply, insist, newKey, type Shopper, shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const TEN_MINUTES = 600_000
const SHIFTS = [0, TEN_MINUTES, -TEN_MINUTES]
const database = await useDatabase('wrong_clocks')
const { pool, namespace } = database
const redis = new Redis(database.env['REDIS_URL'] ?? '')
let apis: RunningProcess[] = []
let workers: RunningProcess[] = []

const start = (kind: ProcessKind) => (shiftMs: number) =>
  startProcess(kind, {
    ...database.env,
    NODE_OPTIONS: '--import=./test/support/shifted-clock.ts',
    CLOCK_SHIFT_MS: String(shiftMs),
    AISLE_LEASE_MS: '200',
    AISLE_SWEEP_MS: '20',
    AISLE_OVERDUE_MS: '300',
    AISLE_COMPARE_MS: '500',
    AISLE_GATE_TIMEOUT_MS: '1000',
  })

beforeAll(async () => {
  const running = await Promise.all([...SHIFTS.map(start('api')), ...SHIFTS.map(start('worker'))])
  apis = running.slice(0, 3)
  workers = running.slice(3)
})
afterAll(async () => {
  await Promise.all([...apis, ...workers].map((process) => process.stop()))
  redis.disconnect()
})

/** Somebody at the n-th api, with a token that was issued there. */
const shopperAt = (n: number, subject?: string): Promise<Shopper> =>
  shopper(apis[n]?.url ?? '', namespace, subject, () => (Date.now() + (SHIFTS[n] ?? 0)) / 1_000)

const word = ({ status, body }: HoldReply) => [status, body.reason ?? body.state ?? body.type]

/** What one shop after the other goes through. @param n api @returns everything that could depend on a clock */
async function plan(n: number): Promise<unknown[]> {
  const [fast, slow] = [`FAST-${n}`, `SLOW-${n}`]
  await stockShop(pool, { [fast]: { units: 3 }, [slow]: { units: 3 } })
  const [me, you] = [await shopperAt(n), await shopperAt(n)]
  const key = newKey()
  const taken = await me.hold([{ sku: slow, qty: 2 }], { key })
  const again = await me.hold([{ sku: slow, qty: 2 }], { key })
  const id = taken.body.hold_id ?? ''
  const seen = await me.look(id)
  const extended = await me.extend(id, 300)
  const short = await me.hold([{ sku: fast, qty: 3 }], { ttl_s: 1 })
  const refused = await you.hold([{ sku: fast, qty: 1 }])
  const lived = await waitFor('it is over', async () => {
    const { body } = await me.look(short.body.hold_id ?? '')
    return body.state === 'EXPIRED' && Date.parse(body.expires_at ?? '') - Date.parse(body.created_at ?? '')
  })
  const heir = await waitFor('its units are on sale', async () => {
    const reply = await you.hold([{ sku: fast, qty: 3 }])
    return reply.status === 201 && reply
  })
  const changed = await me.change(id, [{ sku: slow, qty: 1 }])
  return [
    ...[taken, seen, extended, short, refused, heir, changed].map(word),
    ...[taken.text === again.text, lived],
    Math.round(Number(taken.headers.get('hold-expires-in')) / 100_000),
    Math.round((seen.body.expires_in_ms ?? 0) / 100_000),
    Date.parse(extended.body.expires_at ?? '') - Date.parse(seen.body.expires_at ?? ''),
    word(await me.extend(short.body.hold_id ?? '', 60)),
    word(await me.release(changed.body.hold_id ?? '')),
    await unitsOf(pool, slow),
  ]
}

test('T13: a shop whose clock is ten minutes early or late answers like one whose clock is right', async () => {
  const [right, early, late] = await Promise.all(SHIFTS.map((_, n) => plan(n)))
  expect(early).toEqual(right)
  expect(late).toEqual(right)
  expect(right?.slice(0, 7)).toEqual([
    [201, 'ACTIVE'],
    [200, 'ACTIVE'],
    [200, 'ACTIVE'],
    [201, 'ACTIVE'],
    [409, 'SOLD_OUT'],
    [201, 'ACTIVE'],
    [200, 'ACTIVE'],
  ])
})

test('T14: three workers at once end every hold once, under traffic of three shops', async () => {
  const random = randomBy(chooseSeed('three sweepers'))
  const skus = ['A', 'B', 'C', 'D']
  await stockShop(pool, Object.fromEntries(skus.map((sku) => [sku, { units: 40 }])))
  let isOver = false
  const anarchy = async () => {
    while (!isOver) await pool.query('delete from inv.lease')
  }
  const shop = async (n: number) => {
    const me = await shopperAt(n % 3)
    for (let visit = 0; visit < 12; visit += 1) {
      const lines = skus
        .filter(() => random() < 0.5)
        .map((sku) => ({ sku, qty: 1 + Math.floor(random() * 3) }))
      const { body } = await insist(() =>
        me.hold(lines.length > 0 ? lines : [{ sku: 'A', qty: 1 }], { ttl_s: 1 }),
      )
      if (body.hold_id === undefined) continue
      if (random() < 0.3) await me.release(body.hold_id)
      else if (random() < 0.3) await me.change(body.hold_id, [{ sku: 'B', qty: 2 }])
    }
  }
  const lawless = anarchy()
  await Promise.all(Array.from({ length: 12 }, (_, n) => shop(n)))
  await waitFor('every hold has ended', async () => {
    const { rows } = await pool.query(
      `select from inv.hold h join inv.hold_line l on l.hold_id = h.id
      where h.state = 'ACTIVE' and l.sku = any ($1)`,
      [skus],
    )
    return rows.length === 0
  })
  isOver = true
  await lawless
  for (const sku of skus) expect(await unitsOf(pool, sku)).toEqual({ on_hand: 40, held: 0, committed: 0 })
  expect(await verifyInventory(pool)).toEqual([])
})

test('I12: at rest the gate counts what Postgres has, and nothing waits in it', async () => {
  const keys = gateKeys(namesFor(namespace).redisPrefix)
  const of = keys.of(0, Number(await redis.get(keys.epoch(0))))
  await waitFor('it does', async () => {
    const counts = await Promise.all(['A', 'B', 'C', 'D'].map((sku) => redis.hget(of.k(sku), 'a')))
    return counts.every((units) => units === '40') && (await redis.zcard(of.tz)) === 0
  })
})
