/** `/checkout/{hold}`: the last look at a hold, and the payment for it. The key on the page makes a double click one payment. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { checkoutPage } from '../../../web/pages/checkout-page.ts'
import type { Notice } from '../../../web/pages/ordering-layout.ts'
import { problem } from '../../errors.ts'
import type { HoldView } from '../../orders/own-holds.ts'
import type { Pay } from '../../orders/pay.ts'
import type { Admit } from '../admission.ts'
import type { AppEnv } from '../context.ts'
import { fieldsOf, formBody } from '../form-body.ts'
import { requiredKey } from '../idempotency-key.ts'
import type { Identify, Visit } from '../identity.ts'
import { NO_SUCH_HOLD } from '../order-replies.ts'
import { holdIdOf, type OrderingPages, sendPage, shownHold } from '../ordering-pages.ts'

export type CheckoutPages = OrderingPages & {
  readonly pay: Pay
  /** Where browsers find the shop; '' is where it was asked. */
  readonly publicUrl: string
}

const DECLINED: Notice = {
  kind: 'warn',
  text: 'The payment was declined, and no money was taken. The units are still yours: you can try again.',
}
const NO_PROVIDER: Notice = {
  kind: 'warn',
  text: 'Nothing can be paid for in this shop at the moment. The units stay yours until the time is over.',
}

export const checkoutPageRoutes = (pages: CheckoutPages, admit: Admit, identify: Identify, visit: Visit) => {
  const { own, pay } = pages
  const app = new OpenAPIHono<AppEnv>()
  const readHold = async (c: Context<AppEnv>, customer: string | undefined) => {
    const hold = customer === undefined ? null : await own.read(holdIdOf(c), customer)
    if (hold === null) throw problem('not-found', { detail: NO_SUCH_HOLD })
    return hold
  }

  app.get('/checkout/:id', admit('cart'), visit, async (c) => {
    const hold = await readHold(c, c.get('visitor')?.subject)
    if (hold.state !== 'ACTIVE') return c.redirect(pageOf(hold), 303)
    return await sendCheckout(c, pages, hold, hold.order_id === null ? null : DECLINED)
  })

  app.post('/checkout/:id', admit('payment'), identify('guest', 'order'), formBody, async (c) => {
    const customer = c.get('identity').subject
    const key = requiredKey((await fieldsOf(c)).get('key'))
    const hold = await readHold(c, customer)
    const order_id = hold.order_id ?? key
    const base = pages.publicUrl === '' ? new URL(c.req.url).origin : pages.publicUrl.replace(/\/$/, '')
    const call = {
      key,
      customer,
      hold_id: hold.hold_id,
      scenario: null,
      return_url: `${base}/orders/${order_id}`,
    }
    const outcome = await pay(call)
    if (outcome.outcome === 'no_provider') return await sendCheckout(c, pages, hold, NO_PROVIDER)
    // Whoever was faster, or too late, sees how it stands.
    if (outcome.outcome !== 'accepted') return c.redirect(pageOf(await readHold(c, customer)), 303)
    if (outcome.answer.payment_state === 'DECLINED') return c.redirect(`/checkout/${hold.hold_id}`, 303)
    return c.redirect(`/orders/${outcome.answer.order_id}?go=1`, 303)
  })
  return app
}

function pageOf({ hold_id, order_id, state }: HoldView): string {
  return order_id === null || state === 'ACTIVE' ? `/holds/${hold_id}` : `/orders/${order_id}`
}

async function sendCheckout(
  c: Context<AppEnv>,
  pages: CheckoutPages,
  hold: HoldView,
  notice: Notice | null,
): Promise<Response> {
  const input = { hold: await shownHold(pages.cart, hold), key: pages.newId(), notice }
  return sendPage(c, pages.shop, checkoutPage(pages.shop.view, input), notice === NO_PROVIDER ? 503 : 200)
}
