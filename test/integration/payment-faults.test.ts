/**
 * Processes that die between two steps of paying (T10): whatever was begun is finished by whoever is left, once. After
 * each test every invariant holds and our money is that of the provider.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { FaultPoint } from '../../src/orders/fault-point.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { openPayingShop, WEBHOOKS } from '../support/paying-shop.ts'
import { startProcess } from '../support/processes.ts'
import { newKey } from '../support/shopper.ts'
import { unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const shop = await openPayingShop('payment_faults')
const { pool } = shop

afterEach(() => shop.rest())

const doomed = (kind: 'api' | 'worker', point: FaultPoint) =>
  startProcess(kind, { ...shop.env, AISLE_FAULT: `${point}:kill:1` })
const paymentsOf = async (orderId: string) =>
  (await shop.provider.books()).payments.filter(({ key }) => key.startsWith(orderId))

describe('an api that dies', () => {
  test.each<FaultPoint>(['pay.row', 'pay.called', 'pay.result'])(
    'at %s leaves a pay call that its key finishes elsewhere, with one payment (T10)',
    async (point) => {
      const sku = point.toUpperCase()
      const { me, id } = await shop.held(sku, 5, 2)
      const api = await doomed('api', point)
      const there = await shop.buyer(api.url, me.subject)
      const key = newKey()
      await there.pay(id, { key }).catch(() => null) // it dies before it answers
      expect(await api.exited).toBeNull()
      const reply = await me.pay(id, { key })
      expect([reply.status, reply.body]).toMatchObject([202, { order_id: key, payment_state: 'SUCCEEDED' }])
      expect((await me.pay(id, { key })).text).toBe(reply.text)
      expect(await paymentsOf(key)).toHaveLength(1)
      expect(await unitsOf(pool, sku)).toEqual({ on_hand: 5, held: 0, committed: 2 })
    },
  )

  test.each<FaultPoint>(IS_SOAK ? ['pay.row', 'pay.called'] : ['pay.called'])(
    'at %s and is never asked again leaves an order that the worker finishes (T10)',
    async (point) => {
      const { me, id } = await shop.held(`ALONE-${point}`, 5, 2)
      const api = await doomed('api', point)
      const key = newKey()
      await (await shop.buyer(api.url, me.subject)).pay(id, { key }).catch(() => null)
      await api.exited
      await waitFor('the order', async () => (await me.order(key)).body.state === 'ALLOCATED')
      expect(await paymentsOf(key)).toHaveLength(1)
    },
  )

  test.each<FaultPoint>(['webhook.received', 'webhook.committed'])(
    'at %s leaves an order that is paid all the same (T10)',
    async (point) => {
      const { me, id } = await shop.held(point, 5, 2)
      const { order_id = '', redirect_url = '' } = (await me.pay(id, { scenario: 'shopper' })).body
      const api = await doomed('api', point)
      await shop.provider.configure({ webhook_url: api.url + WEBHOOKS })
      await fetch(`${redirect_url}/pay`, { method: 'POST', redirect: 'manual' })
      expect(await api.exited).toBeNull()
      await shop.provider.configure({ webhook_url: shop.api.url + WEBHOOKS })
      await waitFor('the order', async () => (await me.order(order_id)).body.state === 'ALLOCATED')
      const left = async () =>
        (await pool.query('select from inv.payment_event where not applied')).rows.length
      await waitFor('every webhook is acted on', async () => (await left()) === 0)
    },
  )
})

test('a worker that dies at sweep.closing or sweep.cancelled leaves a hold that the next one ends, once (T10)', async () => {
  const { me, id } = await shop.held('SWEPT', 5, 2)
  await me.pay(id, { scenario: 'shopper' })
  await shop.worker.stop()
  const first = await doomed('worker', 'sweep.closing')
  const second = await doomed('worker', 'sweep.cancelled')
  await me.release(id)
  await Promise.all([first.exited, second.exited]) // each by its own, once it has the lease
  Object.assign(shop, { worker: await startProcess('worker', shop.env) })
  await waitFor('the hold has ended', async () => (await me.look(id)).body.state === 'RELEASED')
  expect(await unitsOf(pool, 'SWEPT')).toEqual({ on_hand: 5, held: 0, committed: 0 })
})
