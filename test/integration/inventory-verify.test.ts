/** `orders verify` in SQL: a sound shop has no breach, and each kind of damage is found by its invariant. */
import { describe, expect, test } from 'vitest'
import { shipOrderLines } from '../../src/postgres/inv/order-lines.ts'
import { decideReturn, receiveReturn, requestReturn } from '../../src/postgres/inv/returns.ts'
import { findBreaches, verifyInventory } from '../../src/postgres/inv/verify.ts'
import { INVARIANTS, type Invariant } from '../../src/postgres/inv/verify-check.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('inv_verify')
const desk = openDesk(pool)

/** A hold, a refusal, a paid order of which a part was sent and one unit came back. */
await stockShop(pool, { a: { units: 9, limit: 5 }, b: { units: 9 } })
const hold = await desk.hold({ a: 2, b: 1 }, { customer: 'eve' })
await desk.reserve(cartFor({ a: 99 }))
const order = await desk.order({ b: 3 }, { customer: 'eve' })
const [shipment, back] = [crypto.randomUUID(), crypto.randomUUID()]
const place = { sku: 'b', loc: 1 }
await desk.within(async (tx) => {
  const parcel = { id: shipment, order_id: order.order_id, carrier: null, tracking: null, actor: null }
  await shipOrderLines(tx, { ...parcel, lines: [{ ...place, qty: 2 }] })
  await requestReturn(tx, { id: back, order_id: order.order_id, lines: [{ sku: 'b', qty: 1 }], reason: null })
  await decideReturn(tx, back, 'APPROVED')
  await receiveReturn(tx, back, [{ ...place, qty: 1, restock: true }], null)
})
await pool.query(
  `insert into inv.idempotency (scope, key, req_hash, status, body) values ('s', 'k', '', 200, '')`,
)

/** Damage, by the invariant that has to find it. Guards that would refuse it are taken away first. */
const DAMAGE: readonly (readonly [Invariant, string, string])[] = [
  ['I1', 'more promised than there is', `update inv.stock set held = 50 where sku = 'a'`],
  [
    'I1',
    'a guard that is switched off',
    'alter table inv.stock_ledger disable trigger stock_ledger_append_only',
  ],
  ['I1', 'a constraint that is gone', 'alter table inv.stock drop constraint stock_not_oversold'],
  ['I2', 'a held unit without a line', `update inv.stock set held = held + 1 where sku = 'a'`],
  ['I2', 'a line without a held unit', `update inv.hold_line set qty = qty + 1 where sku = 'b'`],
  ['I2', 'a committed unit of no order', `update inv.stock set committed = committed + 1 where sku = 'b'`],
  [
    'I3',
    'a counter that the ledger does not know',
    `update inv.stock set on_hand = on_hand + 1 where sku = 'a'`,
  ],
  [
    'I3',
    'a ledger row without its change',
    `insert into inv.stock_ledger (sku, loc, ver, kind, d_on_hand) values ('a', 1, 9, 'adjust', 1)`,
  ],
  ['I3', 'a version that was skipped', `update inv.sku set ver = ver + 1 where sku = 'a'`],
  ['I3', 'a ledger row that is gone', `delete from inv.stock_ledger where sku = 'b' and ver = 2`],
  ['I4', 'a unit that was sent and did not leave', `update inv.order_line set shipped = shipped + 1`],
  ['I4', 'a return that was restocked twice', `update inv.return_request set lines = lines || lines`],
  ['I5', 'a line without a hold', `delete from inv.hold where id = '${hold.id}'`],
  ['I5', 'a live hold without lines', `delete from inv.hold_line where hold_id = '${hold.id}'`],
  ['I5', 'a confirmed hold without an order', `update inv.orders set hold_id = gen_random_uuid()`],
  ['I5', 'an order line that nothing confirms', `update inv.order_line set ver_at_confirm = 77`],
  [
    'I5',
    'units of a hold at a version that took none',
    `update inv.hold_line set ver_at_hold = 1 where hold_id = '${hold.id}'`,
  ],
  ['I5', 'money that no payment brought', `update inv.orders set paid_minor = paid_minor + 1`],
  ['I6', 'an effect without its answer', `update inv.idempotency set status = null, body = null`],
  ['I7', 'usage above what holds and orders have', `update inv.customer_usage set qty = qty + 1`],
  ['I7', 'usage that was forgotten', `delete from inv.customer_usage`],
  [
    'I8',
    'a hold that nobody ended',
    `update inv.hold set due_at = now() - interval '6 seconds' where due_at is not null`,
  ],
  ['I11', 'a change that was not told', `delete from outbox where topic = 'stock' and key = 'a' and ver = 2`],
  [
    'I11',
    'a change that was told twice',
    `insert into outbox (topic, key, ver, type, payload) select topic, key, ver, type, payload from outbox where topic = 'stock' and ver = 1`,
  ],
  [
    'I11',
    'an event of a version that does not exist',
    `insert into outbox (topic, key, ver, type, payload) values ('stock', 'a', 99, 'stock.changed', '{}')`,
  ],
  ['I11', 'a hold that was not told', `delete from outbox where type = 'hold.created'`],
  [
    'I11',
    'an end that was told twice',
    `insert into outbox (topic, key, ver, type, payload) select topic, key, ver, type, payload from outbox where type = 'hold.confirmed'`,
  ],
  ['I11', 'an order that was not told', `delete from outbox where type = 'order.allocated'`],
]
const GUARDS = `alter table inv.stock drop constraint stock_not_oversold; alter table inv.stock disable trigger user;
  alter table inv.stock_ledger disable trigger user`

test('a sound shop breaks no invariant', async () => {
  expect(await verifyInventory(pool)).toEqual([])
})

describe('verify', () => {
  test.for(DAMAGE)('%s finds %s', async ([invariant, , damage]) => {
    const tx = await pool.connect()
    try {
      await tx.query('begin')
      if (!damage.startsWith('alter')) await tx.query(GUARDS)
      await tx.query(damage)
      const found = await findBreaches(tx, [invariant])
      expect(
        found.filter(({ row }) => !('name' in row) || damage.startsWith('alter')).length,
      ).toBeGreaterThan(0)
    } finally {
      await tx.query('rollback')
      tx.release()
    }
  })

  test('has damage for every invariant that SQL can see', () => {
    expect([...new Set(DAMAGE.map(([invariant]) => invariant))]).toEqual([...INVARIANTS])
  })
})
