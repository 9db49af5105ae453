/** `/cart` and its forms: usable without script, a form answers with a redirect to what it has changed. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { cartPage } from '../../../web/pages/cart-page.ts'
import type { Notice } from '../../../web/pages/ordering-layout.ts'
import type { CartAnswer } from '../../catalog/cart.ts'
import { problem } from '../../errors.ts'
import type { OwnCart } from '../../orders/own-cart.ts'
import type { Admit } from '../admission.ts'
import { rememberedHold, tellCartUnits } from '../cart-cookie.ts'
import { type FormLine, formLines } from '../cart-form.ts'
import type { AppEnv } from '../context.ts'
import { fieldsOf, formBody } from '../form-body.ts'
import type { Identify, Visit } from '../identity.ts'
import { type OrderingPages, sendPage } from '../ordering-pages.ts'

const NO_CART: CartAnswer = { lines: [], units: 0, currency: null, total: 0 }
const FULL: Notice = {
  kind: 'warn',
  text: 'Your cart is full: it has room for 100 different things. Hold what is in it, or take something out.',
}

export const cartPageRoutes = (pages: OrderingPages, admit: Admit, identify: Identify, visit: Visit) => {
  const { cart } = pages
  const app = new OpenAPIHono<AppEnv>()
  const forForm = [admit('cart'), identify('guest'), formBody] as const

  app.get('/cart', admit('cart'), visit, async (c) => {
    const customer = c.get('visitor')?.subject ?? null
    const answer = customer === null ? NO_CART : await cart.read(customer)
    const notice = addedNotice(answer, c.req.query('added'))
    return await sendCart(c, pages, { customer, answer, notice })
  })

  app.post('/cart', ...forForm, async (c) => {
    const fields = await fieldsOf(c)
    const customer = c.get('identity').subject
    const removed = fields.getAll('remove')
    await keepLines(cart, customer, formLines(fields))
    if (removed.length > 0) await cart.remove(customer, removed)
    return c.redirect('/cart', 303)
  })

  app.post('/cart/lines', ...forForm, async (c) => {
    const [line] = formLines(await fieldsOf(c)).filter(({ qty }) => qty > 0)
    if (!line) throw problem('bad-request', { detail: 'The form says nothing to put into the cart.' })
    const customer = c.get('identity').subject
    const { sku, qty, price } = line
    const outcome = await cart.put(customer, { sku, qty, seen_price: price, mode: 'add' })
    if (outcome === 'unknown')
      throw problem('not-found', { detail: 'This product is not in the shop any more.' })
    if (outcome === 'done') return c.redirect(`/cart?added=${encodeURIComponent(sku)}`, 303)
    const answer = await cart.read(customer)
    return await sendCart(c, pages, { customer, answer, notice: FULL, status: 409 })
  })
  return app
}

export type CartReply = {
  /** null: a stranger. */
  readonly customer: string | null
  readonly answer: CartAnswer
  readonly notice?: Notice | null
  /** Of the hold that the page may make; without it a fresh one. */
  readonly key?: string
  readonly status?: number
}

export async function sendCart(
  c: Context<AppEnv>,
  pages: OrderingPages,
  reply: CartReply,
): Promise<Response> {
  const { customer, answer, notice = null, key = pages.newId(), status = 200 } = reply
  tellCartUnits(c, answer.units)
  const held = customer === null ? null : await heldNow(c, pages, customer)
  return sendPage(c, pages.shop, cartPage(pages.shop.view, { cart: answer, key, notice, held }), status)
}

/** The hold that this browser made last, while it lasts. */
async function heldNow(c: Context<AppEnv>, { own }: OrderingPages, customer: string) {
  const id = rememberedHold(c)
  const hold = id === null ? null : await own.read(id, customer)
  return hold && (hold.state === 'ACTIVE' || hold.state === 'PAYING') ? hold : null
}

/** Write what differs from the cart as it is. The price that the page showed counts as seen. */
async function keepLines(cart: OwnCart, customer: string, lines: readonly FormLine[]): Promise<void> {
  if (lines.length === 0) return
  const before = new Map((await cart.read(customer)).lines.map((line) => [line.sku, line]))
  for (const { sku, qty, price } of lines) {
    const line = before.get(sku)
    if (qty === 0) await cart.remove(customer, [sku])
    else if (line?.qty !== qty) await cart.put(customer, { sku, qty, seen_price: price, mode: 'set' })
  }
}

function addedNotice({ lines }: CartAnswer, sku: string | undefined): Notice | null {
  const line = lines.find((one) => one.sku === sku)
  return line ? { kind: 'good', text: `${line.item.name} is in your cart.` } : null
}
