/** Somebody who buys: holds, pays, looks at orders, cancels, sends back. */
import type { CancelAnswer, ReturnAnswer } from '../../src/orders/change-orders.ts'
import type { OrderPageView, OrderView } from '../../src/orders/own-orders.ts'
import type { PayAnswer } from '../../src/orders/pay.ts'
import { type AskedLine, newKey, type Shopper, shopper } from './shopper.ts'

/** `reason` and `type` of a problem. */
type ProblemBody = { readonly reason?: string; readonly type?: string }

export type Reply<Body> = {
  readonly status: number
  /** As it came; a problem without its request id. */
  readonly text: string
  readonly body: Partial<Body> & ProblemBody
  readonly headers: Headers
}

export type PayOptions = {
  readonly key?: string | null
  readonly scenario?: string
  readonly return_url?: string
}
export type UnitLines = readonly { readonly sku: string; readonly qty: number }[]

export type Buyer = Shopper & {
  pay(holdId: string, options?: PayOptions): Promise<Reply<PayAnswer>>
  order(id: string): Promise<Reply<OrderView>>
  /** @param query such as `limit=2&before=ID` */
  orders(query?: string): Promise<Reply<OrderPageView>>
  /** @param lines null: everything that is not sent */
  cancel(id: string, lines?: UnitLines | null, key?: string | null): Promise<Reply<CancelAnswer>>
  sendBack(id: string, lines: UnitLines, key?: string | null): Promise<Reply<ReturnAnswer>>
  /** Hold and pay at once. @throws Error when either is refused */
  buy(lines: readonly AskedLine[], options?: PayOptions): Promise<string>
}

/** @param url of an api process; a function where it changes @param namespace of the database */
export async function buyer(
  url: string | (() => string),
  namespace: string,
  subject?: string,
): Promise<Buyer> {
  const me = await shopper(url, namespace, subject)
  const call = async <Body>(...request: Parameters<Shopper['call']>) =>
    (await me.call(...request)) as unknown as Reply<Body>
  const pay: Buyer['pay'] = (holdId, { key = newKey(), ...body } = {}) =>
    call('POST', `/v1/holds/${holdId}/pay`, body, key)
  return {
    ...me,
    pay,
    order: (id) => call('GET', `/v1/orders/${id}`),
    orders: (query = '') => call('GET', `/v1/orders?${query}`),
    cancel: (id, lines = null, key = newKey()) => call('POST', `/v1/orders/${id}/cancel`, { lines }, key),
    sendBack: (id, lines, key = newKey()) =>
      call('POST', `/v1/orders/${id}/returns`, { lines, reason: 'as a test wishes' }, key),
    async buy(lines, options) {
      const held = await me.hold(lines)
      const paid = await pay(held.body.hold_id ?? '', options)
      if (paid.status !== 202) throw new Error(`expected an order, got ${held.text} and ${paid.text}`)
      return paid.body.order_id ?? ''
    },
  }
}
