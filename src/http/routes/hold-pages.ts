/**
 * `/holds/{id}` and its forms. The page carries the key of what it may make, so that a form which is sent twice makes one
 * hold; what was refused is said on the page that the form came from.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { holdPage } from '../../../web/pages/hold-page.ts'
import type { Notice } from '../../../web/pages/ordering-layout.ts'
import { problem } from '../../errors.ts'
import { afterRefusal } from '../../orders/cart-answer.ts'
import type { ChangeHold } from '../../orders/change-hold.ts'
import type { HoldOutcome } from '../../orders/hold-answer.ts'
import { TTL_DEFAULT_S, TTL_MAX_S } from '../../orders/hold-call.ts'
import type { HoldView } from '../../orders/own-holds.ts'
import type { PlaceHold } from '../../orders/place-hold.ts'
import type { Admit } from '../admission.ts'
import { rememberHold, tellCartUnits } from '../cart-cookie.ts'
import { type FormLine, formLines } from '../cart-form.ts'
import type { AppEnv } from '../context.ts'
import { fieldsOf, formBody } from '../form-body.ts'
import { notHeldNotice, obstacleNotice } from '../hold-notices.ts'
import { holdProblem } from '../hold-replies.ts'
import { requiredKey } from '../idempotency-key.ts'
import type { Identify, Visit } from '../identity.ts'
import { NO_SUCH_HOLD } from '../order-replies.ts'
import { holdIdOf, type OrderingPages, sendPage, shownHold } from '../ordering-pages.ts'
import { sendCart } from './cart-pages.ts'

export type HoldPages = OrderingPages & {
  readonly place: PlaceHold
  readonly change: ChangeHold
}

export const holdPageRoutes = (pages: HoldPages, admit: Admit, identify: Identify, visit: Visit) => {
  const { cart, own } = pages
  const app = new OpenAPIHono<AppEnv>()
  const forForm = [admit('cart'), identify('guest', 'order'), formBody] as const
  const forHold = [admit('cart'), identify('guest', 'hold'), formBody] as const

  // Where somebody lands who looks again at a form that failed.
  app.get('/holds', (c) => c.redirect('/cart', 303))

  app.post('/holds', ...forHold, async (c) => {
    const fields = await fieldsOf(c)
    const key = requiredKey(fields.get('key'))
    const lines = formLines(fields).filter(({ qty }) => qty > 0)
    if (lines.length === 0) return c.redirect('/cart', 303)
    const customer = c.get('identity').subject
    const outcome = await pages.place({
      ...{ key, customer, lines: lines.map(askedLine), allow_partial: fields.get('partial') === '1' },
      ...{ ttl_s: TTL_DEFAULT_S, region: [] },
    })
    if (outcome.outcome === 'reused') return c.redirect(`/holds/${key}`, 303) // held before, with other quantities
    if (outcome.outcome !== 'held') return await sendRefusal(c, pages, outcome, key)
    if (!outcome.isReplay) await takeOut(c, pages, lines)
    rememberHold(c, key)
    return c.redirect(`/holds/${key}`, 303)
  })

  app.get('/holds/:id', admit('cart'), visit, async (c) => {
    const customer = c.get('visitor')?.subject
    const hold = customer === undefined ? null : await own.read(holdIdOf(c), customer)
    if (hold === null) throw problem('not-found', { detail: NO_SUCH_HOLD })
    return await sendHold(c, pages, hold)
  })

  app.post('/holds/:id/extend', ...forForm, async (c) => {
    const id = holdIdOf(c)
    const seconds = Number((await fieldsOf(c)).get('seconds'))
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > TTL_MAX_S) throw problem('bad-request')
    const change = await own.extend(id, c.get('identity').subject, seconds)
    if (change.outcome === 'not_possible')
      return await sendObstacle(c, pages, id, obstacleNotice(change.reason))
    if (change.outcome === 'unknown') throw problem('not-found', { detail: NO_SUCH_HOLD })
    return c.redirect(`/holds/${id}`, 303)
  })

  app.post('/holds/:id/change', ...forHold, async (c) => {
    const id = holdIdOf(c)
    const fields = await fieldsOf(c)
    const removed = fields.getAll('remove')
    const lines = formLines(fields).filter(({ sku, qty }) => qty > 0 && !removed.includes(sku))
    if (lines.length === 0) return await release(c, pages, id)
    const customer = c.get('identity').subject
    const key = requiredKey(fields.get('key'))
    const wished = lines.map(({ sku, qty }) => ({ sku, qty, expected_price_minor: null }))
    const outcome = await pages.change({ id, key, customer, lines: wished, region: [] })
    if (outcome.outcome === 'unknown') throw problem('not-found', { detail: NO_SUCH_HOLD })
    if (outcome.outcome === 'not_possible')
      return await sendObstacle(c, pages, id, obstacleNotice(outcome.reason))
    if (outcome.outcome !== 'held') {
      const names = await cart.itemsOf(lines.map((line) => line.sku))
      return await sendObstacle(
        c,
        pages,
        id,
        notHeldNotice(outcome, (sku) => names.get(sku)?.name ?? sku),
      )
    }
    rememberHold(c, outcome.hold.hold_id)
    return c.redirect(`/holds/${outcome.hold.hold_id}`, 303)
  })

  app.post('/holds/:id/release', ...forForm, (c) => release(c, pages, holdIdOf(c)))

  app.post('/holds/:id/again', ...forForm, async (c) => {
    const customer = c.get('identity').subject
    const hold = await own.read(holdIdOf(c), customer)
    if (hold === null) throw problem('not-found', { detail: NO_SUCH_HOLD })
    if (hold.state === 'EXPIRED' || hold.state === 'RELEASED') await putBack(pages, customer, hold)
    return c.redirect('/cart', 303)
  })
  return app
}

const askedLine = ({ sku, qty, price }: FormLine) => ({ sku, qty, expected_price_minor: price })

async function sendHold(
  c: Context<AppEnv>,
  pages: HoldPages,
  hold: HoldView,
  notice: Notice | null = null,
): Promise<Response> {
  const { shop, newId } = pages
  const shown = await shownHold(pages.cart, hold)
  const page = holdPage(shop.view, { hold: shown, key: newId(), notice })
  return sendPage(c, shop, page, notice === null ? 200 : 409)
}

/** The hold as it is, with why it was not changed. */
async function sendObstacle(
  c: Context<AppEnv>,
  pages: HoldPages,
  id: string,
  notice: Notice,
): Promise<Response> {
  const hold = await pages.own.read(id, c.get('identity').subject)
  if (hold === null) throw problem('not-found', { detail: NO_SUCH_HOLD })
  return await sendHold(c, pages, hold, notice)
}

/** The cart as it is, with why it is not held. An answer that may still come is asked for with the same key. */
async function sendRefusal(
  c: Context<AppEnv>,
  pages: HoldPages,
  outcome: Exclude<HoldOutcome, { readonly outcome: 'held' }>,
  key: string,
): Promise<Response> {
  const customer = c.get('identity').subject
  const cart = await pages.cart.read(customer)
  const isRefused = outcome.outcome === 'refused' && outcome.refusal.reason !== 'LIMIT'
  const answer = isRefused ? afterRefusal(cart, outcome.refusal.lines) : cart
  const names = new Map(answer.lines.map((line) => [line.sku, line.item.name]))
  const { status } = holdProblem(outcome, () => 0)
  return await sendCart(c, pages, {
    ...{ customer, answer, status, notice: notHeldNotice(outcome, (sku) => names.get(sku) ?? sku) },
    ...(outcome.outcome === 'unavailable' ? { key } : {}),
  })
}

/** What is held is in the cart no more. When that fails it is there twice, which the customer sees and nobody pays. */
async function takeOut(c: Context<AppEnv>, { cart }: HoldPages, lines: readonly FormLine[]): Promise<void> {
  const customer = c.get('identity').subject
  await cart.remove(
    customer,
    lines.map((line) => line.sku),
  )
  tellCartUnits(c, (await cart.read(customer)).units)
}

/** Nothing is lost: what was held is in the cart again. */
async function release(c: Context<AppEnv>, pages: HoldPages, id: string): Promise<Response> {
  const customer = c.get('identity').subject
  const change = await pages.own.release(id, customer)
  if (change.outcome === 'unknown') throw problem('not-found', { detail: NO_SUCH_HOLD })
  if (change.outcome === 'not_possible')
    return await sendObstacle(c, pages, id, obstacleNotice(change.reason))
  if (change.hold.state === 'CLOSING') return c.redirect(`/holds/${id}`, 303)
  await putBack(pages, customer, change.hold)
  return c.redirect('/cart', 303)
}

/** What is in the cart already stays as it is, so that doing it twice changes nothing. */
async function putBack({ cart }: HoldPages, customer: string, hold: HoldView): Promise<void> {
  const there = new Set((await cart.read(customer)).lines.map((line) => line.sku))
  const units = new Map<string, { qty: number; seen_price: number }>()
  for (const { sku, qty, unit_price_minor } of hold.lines) {
    units.set(sku, { qty: qty + (units.get(sku)?.qty ?? 0), seen_price: unit_price_minor })
  }
  for (const [sku, line] of units) {
    if (!there.has(sku)) await cart.put(customer, { sku, ...line, mode: 'set' })
  }
}
