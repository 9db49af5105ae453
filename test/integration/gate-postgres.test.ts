/** The gate in front of a real Postgres: what it reads there, who ends what a crash has left, reconcile in a sale. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { describe, expect, test } from 'vitest'
import { type Finding, type LedgerRange, reconcile } from '../../src/orders/reconcile.ts'
import type { LastPass } from '../../src/orders/reconcile-plan.ts'
import { slotOf } from '../../src/orders/slot.ts'
import { sweepAdmissions } from '../../src/orders/sweep-admissions.ts'
import { beginEpoch, readEpochs } from '../../src/postgres/inv/gate-facts.ts'
import { readHolds, releaseHolds, voidHolds } from '../../src/postgres/inv/holds.ts'
import { reserveCarts } from '../../src/postgres/inv/reserve.ts'
import { readLedgerChanges, readStockSnapshots } from '../../src/postgres/inv/stock-snapshots.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import { useDatabase } from '../support/database.ts'
import { cartOf, countsByHand } from '../support/gate-fixture.ts'
import { cartToReserve, openGateOf, stockUp, truthIn } from '../support/gate-postgres.ts'
import { pause, Sale } from '../support/gate-sale.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('gate')
const { pool } = database
const who = { customer: null, actor: 'test' }

/** One hold. @returns its id */
async function hold(sku: string, qty: number): Promise<string> {
  const id = randomUUID()
  const [answer] = await inTransaction(pool, (tx) => reserveCarts(tx, [cartToReserve(id, [{ sku, qty }])]))
  expect(answer?.outcome).toBe('OK')
  return id
}

describe('what the gate reads of Postgres', () => {
  test('the slot of a SKU is the same in SQL and here', async () => {
    const skus = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
      numRuns: 300,
      seed: chooseSeed('slots of skus'),
    })
    const safe = skus.filter((sku) => !sku.includes('\0'))
    const { rows } = await pool.query<{ slot: number }>(
      'select inv.slot_of(u.sku) as slot from unnest($1::text[]) with ordinality as u (sku, n) order by u.n',
      [safe],
    )
    expect(rows.map(({ slot }) => slot)).toEqual(safe.map(slotOf))
  })

  test('of several processes that see another server one begins the epoch', async () => {
    const begun = await Promise.all(Array.from({ length: 5 }, () => beginEpoch(pool, 7, 'run.repl')))
    expect(begun.filter((n) => n !== null)).toEqual([1])
    expect(await readEpochs(pool, [7])).toEqual([{ slot: 7, n: 1, server_id: 'run.repl' }])
  })

  test('a snapshot has the count with the holds in it, and leaves out those that were refused', async () => {
    await stockUp(database, { snap: 10 })
    const [live, ended] = [await hold('snap', 2), await hold('snap', 3)]
    await inTransaction(pool, (tx) => releaseHolds(tx, [ended], who))
    await inTransaction(pool, (tx) =>
      reserveCarts(tx, [cartToReserve(randomUUID(), [{ sku: 'snap', qty: 99 }])]),
    )
    const [found] = await readStockSnapshots(pool, ['snap', 'no-such'])
    expect(found).toEqual({
      sku: 'snap',
      available: 8,
      ver: 4, // received, held twice, released
      queue: false,
      limit: null,
      holds: expect.arrayContaining([live, ended]),
    })
    expect(found?.holds.length).toBe(2)
  })

  test('changes of the ledger are those that come as deltas, within the versions asked for', async () => {
    await stockUp(database, { ledger: 10 })
    const id = await hold('ledger', 4)
    await inTransaction(pool, (tx) => releaseHolds(tx, [id], who))
    const units = async (after: number, upTo: number) =>
      (await readLedgerChanges(pool, [{ sku: 'ledger', after, upTo }])).map(({ ver, units }) => [ver, units])
    expect(await units(0, 9)).toEqual([
      [1, 10],
      [3, 4],
    ])
    expect(await units(1, 2)).toEqual([])
  })
})

describe('admissions that a crash has left', () => {
  const sweeping = async (gate: Awaited<ReturnType<typeof openGateOf>>) =>
    await sweepAdmissions(
      {
        ...gate,
        voidHolds: (ids) => voidHolds(pool, ids),
        readHolds: async (ids) => await readHolds(pool, ids),
        overdueMs: 0,
      },
      0,
    )

  test('end as Postgres has them: held, refused, or closed for ever', async () => {
    await stockUp(database, { left: 10, beside: 10 })
    const gate = await openGateOf(database)
    const { count } = countsByHand(gate)
    const [held, refused, lost] = [randomUUID(), randomUUID(), randomUUID()]
    await gate.gate.admit(cartOf(held, { left: 1, beside: 2 }))
    await gate.gate.admit(cartOf(refused, { left: 2 }))
    await gate.gate.admit(cartOf(lost, { left: 3 }))
    // Postgres has taken one line less than was admitted, as when the answer of the gate did not come.
    await inTransaction(pool, (tx) => reserveCarts(tx, [cartToReserve(held, [{ sku: 'left', qty: 1 }])]))
    await inTransaction(pool, (tx) => reserveCarts(tx, [cartToReserve(refused, [{ sku: 'left', qty: 99 }])]))
    expect(await sweeping(gate)).toEqual({ settled: 1, aborted: 2 })
    expect([await count('left'), await count('beside')]).toEqual([9, 10])
    expect((await readHolds(pool, [lost]))[0]?.state).toBe('VOID')
    expect(await sweeping(gate)).toEqual({ settled: 0, aborted: 0 })
    const late = await inTransaction(pool, (tx) =>
      reserveCarts(tx, [cartToReserve(lost, [{ sku: 'left', qty: 3 }])]),
    )
    expect(late).toEqual([{ outcome: 'KNOWN' }])
  })
})

test('T15 in a sale on Postgres reconcile admits nobody too many and tells planted drift exactly', async () => {
  const units = { A: 100_000, B: 100_000, C: 30, D: 30 }
  const skus = Object.keys(units)
  await stockUp(database, units)
  const gate = await openGateOf(database)
  const hand = countsByHand(gate)
  const random = randomBy(chooseSeed('reconcile in a sale on Postgres'))
  const parts = {
    ...gate,
    snapshot: (of: readonly string[]) => readStockSnapshots(pool, of),
    changes: (ranges: readonly LedgerRange[]) => readLedgerChanges(pool, ranges),
    passes: new LRUCache<string, LastPass>({ max: 100 }),
    random,
    pause,
  }
  const sale = new Sale({
    gate,
    truth: truthIn(database),
    wishes: { A: 0.2, B: 0.2, C: 0.5, D: 0.5 },
    reconcile: (): Promise<readonly Finding[]> => reconcile(parts, skus, true),
    random,
  })
  await waitFor('the sale is on', () => sale.held > 200 && sale.passes > 10, { deadlineMs: 20_000 })
  await Promise.all([hand.plant('A', 3), hand.plant('B', -2)])
  await waitFor('both were found, and more has happened', () => sale.drifts.length >= 2 && sale.passes > 25, {
    deadlineMs: 20_000,
  })
  await sale.close()
  expect(sale.refused).toBe(0)
  expect(
    sale.drifts.map((found) => (found.outcome === 'COMPARED' ? `${found.sku} ${found.drift}` : '')),
  ).toEqual(expect.arrayContaining(['A 3', 'B -2']))
  expect(sale.drifts.length).toBe(2)
  for (const { sku, available } of await readStockSnapshots(pool, skus)) {
    expect(await hand.count(sku)).toBe(available)
  }
}, 60_000)
