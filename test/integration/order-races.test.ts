/** What is asked of one order or hold several times at once happens once: one release, one refund (T12). */
import { afterEach, describe, expect, test } from 'vitest'
import { claimKey, recordAnswer } from '../../src/postgres/inv/idempotency.ts'
import { shipOrderLines } from '../../src/postgres/inv/order-lines.ts'
import { requestOrderRefund } from '../../src/postgres/inv/refunds.ts'
import { decideReturn, receiveReturn } from '../../src/postgres/inv/returns.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Buyer } from '../support/buyer.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { openPayingShop } from '../support/paying-shop.ts'
import { newKey } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'

const ROUNDS = IS_SOAK ? 200 : 6
const TEST_MS = IS_SOAK ? 300_000 : 30_000

const shop = await openPayingShop('order_races')
const { pool } = shop

afterEach(() => shop.rest(15_000))

/** An order of three units at 100 each of a sku of its own. */
async function bought(sku: string): Promise<{ me: Buyer; id: string }> {
  await stockShop(pool, { [sku]: { units: 5, price: 100 } })
  const me = await shop.buyer()
  return { me, id: await me.buy([{ sku, qty: 3 }]) }
}
const ship = (order_id: string, sku: string, qty: number) =>
  inTransaction(pool, (tx) =>
    shipOrderLines(tx, {
      ...{ id: newKey(), order_id, carrier: null, tracking: null, actor: 'test' },
      lines: [{ sku, loc: 1, qty }],
    }),
  )
const rounds = (name: string) => Array.from({ length: ROUNDS }, (_, at) => `${name}-${at}`)
const refundsOf = async (id: string) =>
  (
    await pool.query<{ minor: number }>(
      'select amount_minor::integer as minor from inv.refund where order_id = $1',
      [id],
    )
  ).rows.map(({ minor }) => minor)

describe('at the same time', () => {
  test(
    'cancelling several times gives one release and one refund',
    async () => {
      for (const sku of rounds('DOUBLE')) {
        const { me, id } = await bought(sku)
        const twins = newKey()
        const replies = await Promise.all(
          [twins, newKey(), twins, newKey()].map((key) => me.cancel(id, null, key)),
        )
        const done = new Set(replies.filter(({ status }) => status === 200).map(({ text }) => text))
        expect(done.size).toBe(1)
        expect(replies[0]?.text).toBe(replies[2]?.text) // twins have the same answer
        for (const { status, body } of replies) if (status !== 200) expect(body.reason).toBe('CANCELLED')
        expect(await refundsOf(id)).toEqual([300])
        expect(await unitsOf(pool, sku)).toEqual({ on_hand: 5, held: 0, committed: 0 })
      }
    },
    TEST_MS,
  )

  test(
    'cancelling and sending share the units between them',
    async () => {
      for (const sku of rounds('SENT')) {
        const { me, id } = await bought(sku)
        const [cancelled, sent] = await Promise.all([me.cancel(id), ship(id, sku, 2)])
        const isSent = sent.outcome === 'SHIPPED'
        expect(cancelled.body.refund_minor).toBe(isSent ? 100 : 300)
        expect(await refundsOf(id)).toEqual([isSent ? 100 : 300])
        expect(await unitsOf(pool, sku)).toEqual({ on_hand: isSent ? 3 : 5, held: 0, committed: 0 })
      }
    },
    TEST_MS,
  )

  test(
    'giving back, paying and the end of its time leave a hold with one end',
    async () => {
      for (const sku of rounds('ENDS')) {
        const { me, id } = await shop.held(sku, 5, 2)
        const over = pool.query(
          `update inv.hold set expires_at = clock_timestamp() + interval '5 ms',
                  due_at = clock_timestamp() + interval '5 ms' where id = $1 and state = 'ACTIVE'`,
          [id],
        )
        const [released, paid] = await Promise.all([me.release(id), me.pay(id), over])
        expect([200, 409]).toContain(released.status)
        expect([202, 409]).toContain(paid.status)
        await shop.rest(15_000)
        const { state } = (await me.look(id)).body
        expect(['RELEASED', 'EXPIRED', 'CONFIRMED']).toContain(state)
        const committed = state === 'CONFIRMED' ? 2 : 0
        expect(await unitsOf(pool, sku)).toEqual({ on_hand: 5, held: 0, committed })
      }
    },
    TEST_MS,
  )

  test(
    'sending the same units back twice is one return and one refund, also when both are received',
    async () => {
      for (const sku of rounds('TWICE')) {
        const { me, id } = await bought(sku)
        await ship(id, sku, 3)
        const asked = await Promise.all([1, 2].map(() => me.sendBack(id, [{ sku, qty: 2 }])))
        expect(asked.map(({ status }) => status).toSorted()).toEqual([201, 409])
        const return_id = asked.find(({ status }) => status === 201)?.body.return_id ?? ''
        await decideReturn(pool, return_id, 'APPROVED')
        const receive = () =>
          inTransaction(pool, async (tx) => {
            const line = { sku, qty: 2, loc: 1, restock: true }
            const received = await receiveReturn(tx, return_id, [line], 'test')
            if (received.outcome !== 'RECEIVED') return received.outcome
            const { order_id, amount_minor } = received
            await requestOrderRefund(tx, {
              id: newKey(),
              order_id,
              amount_minor,
              reason: 'returned',
              return_id,
            })
            return received.outcome
          })
        expect((await Promise.all([receive(), receive()])).toSorted()).toEqual(['RECEIVED', 'WRONG_STATE'])
        expect(await refundsOf(id)).toEqual([200])
        expect(await unitsOf(pool, sku)).toEqual({ on_hand: 4, held: 0, committed: 0 })
      }
    },
    TEST_MS,
  )

  test('a call whose key somebody is at for two seconds is told to come back, and nothing is done', async () => {
    const { me, id } = await bought('SLOW')
    const key = newKey()
    const reply = await inTransaction(pool, async (tx) => {
      const twin = { scope: `cancel:${me.subject}`, key, req_hash: new Uint8Array([1]) }
      expect(await claimKey(tx, twin)).toEqual({ outcome: 'CLAIMED' })
      const told = await me.cancel(id, null, key)
      await recordAnswer(tx, twin, { status: 200, body: '{}' })
      return told
    })
    expect([reply.status, reply.body.reason, reply.headers.get('retry-after')]).toEqual([
      409,
      'IN_PROGRESS',
      '1',
    ])
    expect((await me.cancel(id, null, key)).body.type).toBe('/problems/idempotency-key-reused') // of another request
    expect((await me.cancel(id)).status).toBe(200)
  })
})
