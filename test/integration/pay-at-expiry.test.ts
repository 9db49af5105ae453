/**
 * Everybody pays in the moment in which their hold ends, at a provider that is slow, declines, loses answers and tells
 * late, twice, in the wrong order or never (T11). Each of them has one outcome, and the money adds up.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HOSTILE_RATES } from '../../sim/payment-rates.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { IMPATIENT, openPayingShop } from '../support/paying-shop.ts'
import { chooseSeed } from '../support/seed.ts'
import { insist, newKey } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const BUYERS = IS_SOAK ? 400 : 40
const PAY_S = IS_SOAK ? 10 : 2
/** The provider of the design; in the short form it is quicker and worse. */
const RATES = IS_SOAK
  ? HOSTILE_RATES
  : {
      ...HOSTILE_RATES,
      ...{ delay_p50_ms: 200, delay_p99_ms: 3_000, webhook_late_max_ms: 2_000, webhook_lost_ratio: 0.1 },
      ...{ error_after_ratio: 0.1, timeout_after_ratio: 0.05, cancel_race_ratio: 0.2 },
    }
const REST_MS = IS_SOAK ? 240_000 : 30_000

const shop = await openPayingShop('pay_at_expiry', {
  ...IMPATIENT,
  AISLE_PAYMENT_DEADLINE_S: String(PAY_S),
})
const { pool } = shop

test(
  'paying 1 ms before or after the end of a hold has one outcome, and our money is that of the books (T11)',
  async () => {
    const seed = chooseSeed('pay at expiry')
    await shop.provider.configure({ ...RATES, seed: seed % 1_000_000 })
    await stockShop(pool, { LAST: { units: BUYERS, price: 299 } })
    const people = await Promise.all(
      Array.from({ length: BUYERS }, async () => {
        const me = await shop.buyer()
        const { body } = await me.hold([{ sku: 'LAST', qty: 1 }])
        return { me, id: body.hold_id ?? '' }
      }),
    )
    const { rows } = await pool.query<{ in_ms: number }>(
      `with over as (select clock_timestamp() + $2::integer * interval '1 ms' as at)
       update inv.hold h set expires_at = over.at, due_at = over.at from over where h.id = any ($1::uuid[])
       returning (extract(epoch from over.at - clock_timestamp()) * 1000)::float8 as in_ms`,
      [people.map(({ id }) => id), BUYERS * 10],
    )
    const endsAt = performance.now() + (rows[0]?.in_ms ?? 0)
    const outcomes = await Promise.all(
      people.map(async ({ me, id }, at) => {
        // as many before as after: a millisecond away, and further ones, because a call takes its time
        await pause(endsAt - performance.now() + (at % 2 ? 1 : -1) * (1 + 10 * Math.floor(at / 2)))
        const key = newKey()
        const paid = await insist(() => me.pay(id, { key }))
        return { me, id, status: paid.status, reason: paid.body.reason, order: paid.body.order_id }
      }),
    )
    const refused = outcomes.filter(({ status }) => status !== 202)
    expect(new Set(refused.map(({ status, reason }) => `${status} ${reason}`))).toEqual(
      new Set(['409 EXPIRED']),
    )
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThan(BUYERS)

    await shop.rest(REST_MS)
    await waitFor(
      'every webhook has come',
      async () => (await shop.provider.books()).webhooks.pending === 0,
      {
        deadlineMs: REST_MS,
      },
    )
    await shop.rest(REST_MS)
    let allocated = 0
    for (const { me, id, order } of outcomes) {
      const hold = (await me.look(id)).body
      if (order === undefined) {
        expect([hold.state, hold.order_id]).toEqual(['EXPIRED', null])
        continue
      }
      const { state, paid_minor, refunded_minor } = (await me.order(order)).body
      const isBought = state === 'ALLOCATED'
      if (isBought) allocated += 1
      else if (state === 'PENDING_PAYMENT')
        expect(hold.state).toBe('ACTIVE') // declined, and there is time to try again
      else expect(['CANCELLED', 'REFUNDED']).toContain(state)
      expect((paid_minor ?? 0) - (refunded_minor ?? 0)).toBe(isBought ? 299 : 0)
    }
    const { on_hand, committed } = await unitsOf(pool, 'LAST')
    expect([on_hand, committed]).toEqual([BUYERS, allocated])
  },
  REST_MS * 3,
)
