/** `bin/aisle orders ...` as the person who runs the shop has it: real Postgres, Redis and gate. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { readDrift } from '../../src/postgres/inv/drift.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { runAisle, startAisle } from '../support/aisle-command.ts'
import { useDatabase } from '../support/database.ts'
import { cartOf, countsByHand, type TestGate } from '../support/gate-fixture.ts'
import { openGateOf } from '../support/gate-postgres.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'

const database = await useDatabase('orders_cli')
const { pool, env, namespace } = database
const redis = new Redis(database.redisUrl)
afterAll(() => redis.disconnect())
let gate: TestGate
let hand: ReturnType<typeof countsByHand>

const orders = (...args: string[]) => runAisle(env, 'orders', ...args)
const found = (stdout: string) => JSON.parse(stdout)

beforeAll(async () => {
  gate = await openGateOf(database)
  hand = countsByHand(gate)
  await stockShop(pool, { LAMP: { units: 10 }, CHAIR: { units: 5 }, TABLE: { units: 1 } })
  for (const sku of ['LAMP', 'CHAIR']) {
    // a cart that goes no further loads the SKU
    const id = crypto.randomUUID()
    expect((await gate.gate.admit(cartOf(id, { [sku]: 1 }))).outcome).toBe('OK')
    await gate.gate.withdraw(id, [{ sku }])
  }
})

describe('orders reconcile', () => {
  test('finds nothing where nothing is wrong, and says what Redis has not loaded', async () => {
    const { code, stdout } = await orders('reconcile')
    expect(code).toBe(0)
    expect(stdout).toContain('0 of 2 SKUs in Redis differ from Postgres.')
    expect(stdout).toContain('Not in Redis, the next cart loads them: 1.')
  })

  test('tells a planted drift of +3 and -2 exactly, changes nothing until told to, and then puts it right', async () => {
    await hand.plant('LAMP', 3)
    await hand.plant('CHAIR', -2)
    const dry = await orders('reconcile', '--dry-run', '--json')
    expect(dry.code).toBe(1)
    const row = { cause: expect.any(String), fixed: false }
    expect(found(dry.stdout)).toEqual({
      compared: 2,
      not_loaded: 1,
      drift: [
        { sku: 'CHAIR', before: 3, expected: 5, drift: -2, ...row },
        { sku: 'LAMP', before: 13, expected: 10, drift: 3, ...row },
      ],
      busy: [],
      unanswered: [],
    })
    expect([await hand.count('LAMP'), await readDrift(pool, 10)]).toEqual([13, []])

    const one = await orders('reconcile', '--fix', '--sku', 'LAMP')
    expect(one.code).toBe(1)
    expect(one.stdout).toMatch(/^LAMP +13 +10 +\+3 +unknown$/m)
    expect([await hand.count('LAMP'), await hand.count('CHAIR')]).toEqual([10, 3])

    expect((await orders('reconcile', '--fix')).code).toBe(1)
    expect((await orders('reconcile')).code).toBe(0)
    const kept = await readDrift(pool, 10)
    expect(kept.map(({ sku, before, expected, fixed }) => [sku, before - expected, fixed])).toEqual([
      ['CHAIR', -2, true],
      ['LAMP', 3, true],
    ])
  })

  test('is 2 for what it cannot do: both modes, a SKU without stock, a Redis that is away', async () => {
    expect(await orders('reconcile', '--fix', '--dry-run')).toMatchObject({ code: 2 })
    expect(await orders('reconcile', '--sku', 'NOPE')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no stock is kept of "NOPE"'),
    })
    const away = await runAisle({ ...env, REDIS_URL: 'redis://127.0.0.1:1' }, 'orders', 'reconcile')
    expect(away).toMatchObject({ code: 2, stderr: expect.stringContaining('Redis does not answer') })
    const lost = { ...env, DATABASE_URL: 'postgres://a:b@127.0.0.1:1/none', AISLE_NAMESPACE: namespace }
    const noPostgres = await runAisle(lost, 'orders', 'verify')
    expect(noPostgres).toMatchObject({ code: 2, stderr: expect.stringContaining('Postgres does not answer') })
  })
})

describe('orders verify', () => {
  test('finds a planted row that breaks an invariant, and a count of Redis that is wrong', async () => {
    const good = await orders('verify')
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining('Every invariant holds.')])

    await pool.query(
      `insert into inv.hold_line (hold_id, sku, loc, qty, unit_price_minor, ver_at_hold)
       values ('0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01', 'TABLE', 1, 1, 100, 1)`,
    )
    await hand.plant('LAMP', 1)
    const bad = await orders('verify', '--json')
    await pool.query(`delete from inv.hold_line where sku = 'TABLE'`)
    await hand.plant('LAMP', -1)
    expect(bad.code).toBe(1)
    expect(found(bad.stdout)).toMatchObject({
      checked: expect.arrayContaining(['I1', 'I8', 'I11', 'I12']),
      breaches: expect.arrayContaining([
        {
          invariant: 'I5',
          what: 'a line without its hold, or a line of a refused one',
          row: expect.objectContaining({ sku: 'TABLE' }),
        },
        {
          invariant: 'I12',
          what: 'a count of Redis is not what Postgres has',
          row: { sku: 'LAMP', count: 11, expected: 10 },
        },
      ]),
    })
  })

  test('is stopped by Ctrl-C in the middle of a statement', async () => {
    const lock = await pool.connect()
    await lock.query('begin')
    await lock.query('lock table inv.customer_usage in access exclusive mode')
    const running = startAisle(env, 'orders', 'verify')
    const waits = async () =>
      (
        await pool.query(
          `select from pg_locks where not granted and relation = 'inv.customer_usage'::regclass`,
        )
      ).rowCount
    await expect.poll(waits, { timeout: 20_000 }).toBe(1)
    running.signal('SIGINT')
    expect((await running.end).code).toBe(130)
    await lock.query('rollback')
    lock.release()
  })
})

describe('orders receive and stock', () => {
  test('puts units on the shelf with who and why, and shows them', async () => {
    const received = await orders(
      'receive',
      'TABLE',
      '4',
      '--reason',
      'delivery 4711',
      '--actor',
      'ann',
      '--json',
    )
    expect([received.code, found(received.stdout)]).toEqual([0, { sku: 'TABLE', ver: 2, available: 5 }])
    const { stdout } = await orders('stock', 'TABLE')
    expect(stdout).toMatch(/^TABLE: 5 available to shoppers \(version 2\)$/m)
    expect(stdout).toMatch(/^1 +5 +0 +0 +0$/m)
    expect(stdout).toMatch(/^2 .* 1 +receive +on hand \+4 +ann +delivery 4711$/m)
  })

  test('refuses a mistyped SKU, an unknown location and a delivery without a reason', async () => {
    const told = async (...args: string[]) => {
      const { code, stderr } = await orders('receive', ...args)
      return [code, stderr]
    }
    const why = ['--reason', 'x']
    expect(await told('TABEL', '4', ...why)).toEqual([2, expect.stringContaining('no item of the catalogue')])
    expect(await told('TABLE', '4', ...why, '--loc', '9')).toEqual([
      2,
      expect.stringContaining('known: 1 (main)'),
    ])
    expect(await told('TABLE', '4')).toEqual([2, expect.stringContaining('--reason')])
    expect(await told('TABLE', '-4', ...why)).toEqual([2, expect.any(String)])
    expect(await unitsOf(pool, 'TABLE')).toMatchObject({ on_hand: 5 })
    expect((await orders('stock', 'TABEL')).code).toBe(1)
  })
})

describe('orders replay-events', () => {
  const debts = async () =>
    (
      await pool.query<{ value: { since: string | null } }>(
        `select value from indexer.state where key like 'relay/debt/%'`,
      )
    ).rows
  const entry = (lsn: string, at: string) =>
    redis.xadd(topicKeys(prefix, 'stock').stream, '*', 'id', '1', 'lsn', lsn, 'at', at)
  const prefix = namesFor(namespace).redisPrefix

  test('owes the events since a position, by the time that the stream has for it', async () => {
    await entry('0/10', '2026-01-01T10:00:00.000Z')
    await entry('0/20', '2026-01-01T11:00:00.000Z')
    await entry('', '2020-01-01T00:00:00.000Z') // sent again before
    await entry('0/30', '2026-01-01T12:00:00.000Z')
    const { code, stdout } = await orders('replay-events', '--topic', 'stock', '--since', '0/25', '--json')
    expect(code).toBe(0)
    expect(found(stdout)).toEqual({
      topic: 'stock',
      since: '2026-01-01T10:59:00.000Z',
      events: expect.any(Number),
    })
    expect(await debts()).toMatchObject([{ value: { topic: 'stock', since: '2026-01-01T10:59:00.000Z' } }])
  })

  test('owes everything that is kept when the stream does not reach back so far', async () => {
    const { stdout } = await orders('replay-events', '--topic', 'stock', '--since', '0/1', '--json')
    expect(found(stdout)).toMatchObject({ since: null })
    expect(await debts()).toMatchObject([{ value: { since: null } }])
  })

  test('takes a time too, and nothing else', async () => {
    const at = await orders('replay-events', '--topic', 'hold', '--since', '2999-01-01T00:00Z')
    expect([at.code, at.stdout]).toEqual([0, expect.stringContaining('The outbox has no event of hold')])
    expect((await orders('replay-events', '--topic', 'hold', '--since', 'yesterday')).code).toBe(2)
    expect((await orders('replay-events', '--topic', 'weather', '--since', '0/1')).code).toBe(2)
  })
})

test('orders alone tells its commands, and each of them its options and exit codes', async () => {
  const alone = await orders()
  expect([alone.code, alone.stdout]).toEqual([
    2,
    expect.stringMatching(/reconcile[^]*verify[^]*replay-events/),
  ])
  const help = await orders('verify', '--help')
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('Exit codes:')])
})

describe('orders first-count', () => {
  test('counts what has a price and was never counted, once, by what the catalogue says', async () => {
    await pool.query(
      `insert into items (sku, name, category_id, price_minor, currency)
       select sku, sku, 1, price, 'EUR'
         from (values ('VASE', 500), ('LAST', 500), ('GONE', 500), ('DEAR', null)) as new (sku, price)`,
    )
    await pool.query(
      `insert into item_availability (item_id, availability)
       select item_id, case sku when 'LAST' then 'low' else 'out_of_stock' end from items where sku in ('LAST', 'GONE')
           on conflict (item_id) do update set availability = excluded.availability`,
    )
    const lamps = await unitsOf(pool, 'LAMP')
    const first = await orders('first-count', '--json')
    expect(found(first.stdout)).toMatchObject({ skus: 3 })
    expect((await unitsOf(pool, 'VASE')).on_hand).toBeGreaterThanOrEqual(20)
    expect((await unitsOf(pool, 'LAST')).on_hand).toBeLessThanOrEqual(5)
    expect(await unitsOf(pool, 'LAMP')).toEqual(lamps)
    expect((await unitsOf(pool, 'GONE')).on_hand).toBeNull() // counted: no shelf has any
    const { rows } = await pool.query(`select sku from inv.sku where sku in ('GONE', 'DEAR')`)
    expect(rows).toEqual([{ sku: 'GONE' }])
    expect(found((await orders('first-count', '--json')).stdout)).toEqual({ skus: 0, units: 0 })
  })
})
