/** `/orders`, `/orders/{id}` and its forms: units are cancelled, or asked to be sent back. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { orderPage } from '../../../web/pages/order-page.ts'
import type { Notice } from '../../../web/pages/ordering-layout.ts'
import { ordersPage } from '../../../web/pages/orders-page.ts'
import { problem } from '../../errors.ts'
import type { ChangeOrders, OrderChange, OrderObstacle } from '../../orders/change-orders.ts'
import type { OwnOrders } from '../../orders/own-orders.ts'
import type { Admit } from '../admission.ts'
import { formLines } from '../cart-form.ts'
import type { AppEnv } from '../context.ts'
import { fieldsOf, formBody } from '../form-body.ts'
import { requiredKey } from '../idempotency-key.ts'
import type { Identify, Visit } from '../identity.ts'
import { listedOrders, shownOrder } from '../order-pages.ts'
import { NO_SUCH_ORDER } from '../order-replies.ts'
import { OrderPath } from '../order-schemas.ts'
import { type OrderingPages, sendPage } from '../ordering-pages.ts'

export type OrderPages = OrderingPages & {
  readonly ownOrders: OwnOrders
  readonly changeOrders: ChangeOrders
}

const SHOWN = 20
const REASON_MAX = 500

const OBSTACLES: Readonly<Record<OrderObstacle, string>> = {
  NOT_PAID: 'This order is not paid yet.',
  ALREADY_SHIPPED: 'That came too late: not so many units are left that have not been sent.',
  NOT_SHIPPED: 'Not so many units have been sent, or they are on their way back already.',
  CANCELLED: 'Nothing of this order is left.',
}

export const orderPageRoutes = (pages: OrderPages, admit: Admit, identify: Identify, visit: Visit) => {
  const { cart, ownOrders, changeOrders, shop } = pages
  const app = new OpenAPIHono<AppEnv>()
  const forForm = [admit('cart'), identify('guest', 'order'), formBody] as const

  app.get('/orders', admit('cart'), visit, async (c) => {
    const customer = c.get('visitor')?.subject
    const before = idOf(c.req.query('before'))
    const page =
      customer === undefined
        ? { orders: [], next: null }
        : await ownOrders.list(customer, { before, limit: SHOWN })
    const input = { orders: await listedOrders(cart, page.orders), next: page.next }
    return sendPage(c, shop, ordersPage(shop.view, input))
  })

  app.get('/orders/:id', admit('cart'), visit, async (c) => {
    const customer = c.get('visitor')?.subject
    return await sendOrder(c, pages, customer, { isLedOn: c.req.query('go') === '1' })
  })

  app.post('/orders/:id/cancel', ...forForm, async (c) => {
    const { key, lines } = await wishedUnits(c)
    const customer = c.get('identity').subject
    if (lines.length === 0) return c.redirect(`/orders/${orderIdOf(c)}`, 303)
    return await sendChange(
      c,
      pages,
      await changeOrders.cancel({ key, customer, order_id: orderIdOf(c), lines }),
    )
  })

  app.post('/orders/:id/returns', ...forForm, async (c) => {
    const { key, lines, reason } = await wishedUnits(c)
    const customer = c.get('identity').subject
    if (lines.length === 0) return c.redirect(`/orders/${orderIdOf(c)}`, 303)
    const call = { key, customer, order_id: orderIdOf(c), lines, reason }
    return await sendChange(c, pages, await changeOrders.requestReturn(call))
  })
  return app
}

/** @throws Problem not-found */
function orderIdOf(c: Context<AppEnv>): string {
  const id = idOf(c.req.param('id'))
  if (id === null) throw problem('not-found', { detail: NO_SUCH_ORDER })
  return id
}

function idOf(text: string | undefined): string | null {
  const path = OrderPath.safeParse({ id: text })
  return path.success ? path.data.id : null
}

async function wishedUnits(c: Context<AppEnv>) {
  const fields = await fieldsOf(c)
  const lines = formLines(fields).flatMap(({ sku, qty }) => (qty > 0 ? [{ sku, qty }] : []))
  const reason = (fields.get('reason') ?? '').trim().slice(0, REASON_MAX)
  return { key: requiredKey(fields.get('key')), lines, reason: reason === '' ? null : reason }
}

/** To the order as it is now, or say why it was left as it was. */
async function sendChange(
  c: Context<AppEnv>,
  pages: OrderPages,
  change: OrderChange<unknown>,
): Promise<Response> {
  const customer = c.get('identity').subject
  switch (change.outcome) {
    case 'done':
    case 'reused': // a page that was used before: it shows what came of that
      return c.redirect(`/orders/${orderIdOf(c)}`, 303)
    case 'unknown':
      throw problem('not-found', { detail: NO_SUCH_ORDER })
    case 'not_possible':
      return await sendOrder(c, pages, customer, { notice: { kind: 'warn', text: OBSTACLES[change.reason] } })
    case 'in_progress':
      return await sendOrder(c, pages, customer, {
        notice: { kind: 'warn', text: 'This is being done already. Please look again in a moment.' },
      })
    default:
      throw new Error(`outcome not handled: ${change satisfies never}`)
  }
}

async function sendOrder(
  c: Context<AppEnv>,
  pages: OrderPages,
  customer: string | undefined,
  { notice = null, isLedOn = false }: { readonly notice?: Notice | null; readonly isLedOn?: boolean },
): Promise<Response> {
  const { cart, ownOrders, shop, newId } = pages
  const order = customer === undefined ? null : await ownOrders.read(orderIdOf(c), customer)
  if (order === null) throw problem('not-found', { detail: NO_SUCH_ORDER })
  const page = orderPage(shop.view, { order: await shownOrder(cart, order), key: newId(), notice, isLedOn })
  return sendPage(c, shop, page, notice === null ? 200 : 409)
}
