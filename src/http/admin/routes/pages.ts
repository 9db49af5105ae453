/** Pages of administration: stock of a SKU, orders to send, drift. A form that is sent twice is one change. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Notice } from '../../../../web/pages/admin/desk-layout.ts'
import { deskProblemPage, driftPage, ordersPage } from '../../../../web/pages/admin/list-pages.ts'
import { loginPage } from '../../../../web/pages/admin/login-page.ts'
import { stockPage } from '../../../../web/pages/admin/stock-page.ts'
import type { Acting, Change } from '../../../admin/acting.ts'
import type { Administration } from '../../../admin/administration.ts'
import { openLines } from '../../../admin/order-desk.ts'
import type { Tokens } from '../../../auth/token.ts'
import { PROBLEMS, type Problem, problem } from '../../../errors.ts'
import type { AppEnv } from '../../context.ts'
import { isFromOwnPage } from '../../credentials.ts'
import { keyOf } from '../../idempotency-key.ts'
import { limitedBody } from '../../json-body.ts'
import { problemHeaders, problemOf, problemOfIssues } from '../../problem-reply.ts'
import type { ShopPages } from '../../shop.ts'
import { IdPath, SkuPath } from '../forms.ts'
import { ParcelForm } from '../order-forms.ts'
import { changeProblem, type Entrance } from '../staff.ts'
import { staffCookie } from '../staff-cookie.ts'
import { StockChangeForm, TransferForm } from '../stock-forms.ts'
import { changeOf } from './stock.ts'

export type DeskPagesOptions = {
  readonly administration: Administration
  readonly entrance: Entrance
  readonly shop: ShopPages
  readonly tokens: Tokens
  /** Unix time, seconds. */
  readonly now: () => number
  /** UUIDv7 text. */
  readonly newKey: () => string
}

type Ctx = Context<AppEnv>
type Fields = Readonly<Record<string, string>>

const CHANGES_SHOWN = 20
const ORDERS_SHOWN = 50
const FINDINGS_SHOWN = 50
const LOGIN = '/admin/desk/login'

export const deskPages = (options: DeskPagesOptions) => {
  const { administration, shop, newKey } = options
  const { admit, identify } = options.entrance
  const app = new OpenAPIHono<AppEnv>()
  const send = (c: Ctx, page: string, status: 200 | 401 | 404 | 409 | 422 = 200) =>
    c.body(page, status, shop.headers)
  const frame = (c: Ctx) => ({ shop: shop.view, actor: c.get('identity')?.subject ?? null })

  const showStock = async (c: Ctx, asked: string, notice: Notice | null) => {
    const sku = asked === '' ? '' : read(SkuPath, { sku: asked }).sku
    const [stock, { ledger }] =
      sku === ''
        ? [null, { ledger: [] }]
        : await Promise.all([
            administration.stock.read(sku),
            administration.stock.ledger(sku, { before: null, limit: CHANGES_SHOWN }),
          ])
    const keys = [newKey(), newKey(), newKey()] as const
    return stockPage(frame(c), { asked: sku, stock, changes: ledger, keys, notice })
  }
  const showOrders = async (c: Ctx, notice: Notice | null) => {
    const page = { before: null, limit: ORDERS_SHOWN }
    const lists = await Promise.all(
      (['PARTIALLY_SHIPPED', 'ALLOCATED'] as const).map((state) => administration.orders.list(state, page)),
    )
    const orders = lists
      .flatMap((list) => list.orders)
      .map((order) => ({ ...order, key: newKey(), open: openLines(order.lines) }))
    return ordersPage(frame(c), orders, notice)
  }

  app.get('/admin', admit('admin'), identify('inventory'), async (c) => {
    const notice = c.req.query('done') === undefined ? null : { isGood: true, text: 'Done.' }
    return send(c, await showStock(c, c.req.query('sku') ?? '', notice))
  })
  app.post('/admin/desk/stock', admit('admin'), identify('inventory'), limitedBody, async (c) => {
    const { sku = '', key, release_holds, ...rest } = await fieldsOf(c)
    const flag = release_holds === undefined ? {} : { release_holds: true }
    const { reason, ...change } = read(StockChangeForm, { ...numbers(rest), ...flag })
    const done = await administration.stock.change(
      acting(c, reason, key),
      read(SkuPath, { sku }).sku,
      changeOf(change),
    )
    if (done.outcome === 'done') return c.redirect(`/admin?sku=${encodeURIComponent(sku)}&done=1`, 303)
    return send(c, await showStock(c, sku, noticeOf(done)), 409)
  })
  app.post('/admin/desk/transfer', admit('admin'), identify('inventory'), limitedBody, async (c) => {
    const { key, ...rest } = await fieldsOf(c)
    const { reason, ...move } = read(TransferForm, numbers(rest))
    const done = await administration.stock.transfer(acting(c, reason, key), move)
    if (done.outcome === 'done') return c.redirect(`/admin?sku=${encodeURIComponent(move.sku)}&done=1`, 303)
    return send(c, await showStock(c, move.sku, noticeOf(done)), 409)
  })
  app.get('/admin/desk/orders', admit('admin'), identify('orders'), async (c) => {
    const notice = c.req.query('done') === undefined ? null : { isGood: true, text: 'Sent.' }
    return send(c, await showOrders(c, notice))
  })
  app.post('/admin/desk/ship', admit('admin'), identify('orders'), limitedBody, async (c) => {
    const { key, id, reason, carrier, tracking } = await fieldsOf(c)
    const form = { reason, carrier: carrier || null, tracking: tracking || null }
    const { reason: why, ...parcel } = read(ParcelForm, form)
    const done = await administration.orders.ship(acting(c, why, key), read(IdPath, { id }).id, parcel)
    if (done.outcome === 'done') return c.redirect('/admin/desk/orders?done=1', 303)
    return send(c, await showOrders(c, noticeOf(done)), 409)
  })
  app.get('/admin/desk/drift', admit('admin'), identify('inventory'), async (c) =>
    send(c, driftPage(frame(c), await administration.reports.drift(FINDINGS_SHOWN))),
  )
  app.get(LOGIN, admit('admin'), (c) => send(c, loginPage(shop.view, null)))
  app.post(LOGIN, admit('admin'), limitedBody, async (c) => {
    if (!isFromOwnPage(c, '')) throw problem('csrf')
    const { token = '' } = await fieldsOf(c)
    const verdict = await options.tokens.verify(token.trim())
    const role = verdict.outcome === 'valid' ? verdict.identity.role : 'guest'
    if (verdict.outcome !== 'valid' || (role !== 'inventory' && role !== 'orders')) {
      const text = 'This is not a token of somebody who looks after stock or orders, or its time is over.'
      return send(c, loginPage(shop.view, { isGood: false, text }), 401)
    }
    const seconds = Math.max(0, Math.floor(verdict.identity.expires_at - options.now()))
    c.header('set-cookie', staffCookie(c.req.header('host') ?? '', token.trim(), seconds))
    return c.redirect('/admin', 303)
  })
  app.post('/admin/desk/logout', admit('admin'), (c) => {
    if (!isFromOwnPage(c, '')) throw problem('csrf')
    c.header('set-cookie', staffCookie(c.req.header('host') ?? '', '', 0))
    return c.redirect(LOGIN, 303)
  })
  app.onError((thrown, c) => pageOfProblem(c, problemOf(thrown), shop))
  return app
}

/** Whoever is not logged in is asked to; anything else is told. */
function pageOfProblem(c: Ctx, given: Problem, shop: ShopPages): Response {
  c.set('problem', { name: given.type, cause: given.cause })
  if (given.type === 'unauthorized') return c.redirect(LOGIN, 303)
  const frame = { shop: shop.view, actor: c.get('identity')?.subject ?? null }
  const page = deskProblemPage(
    frame,
    PROBLEMS[given.type].title,
    given.fields.detail ?? 'Nothing was changed.',
  )
  return new Response(page, { status: given.status, headers: { ...problemHeaders(given), ...shop.headers } })
}

function noticeOf(change: Exclude<Change<unknown>, { readonly outcome: 'done' }>): Notice {
  const { fields } = changeProblem(change)
  const more = (fields.members?.promises ?? []).map(
    ({ kind, id, state, qty }) => `${kind} ${id}, ${state}: ${qty} units`,
  )
  return { isGood: false, text: fields.detail ?? 'Nothing was changed.', more }
}

function acting(c: Ctx, reason: string, key: string | undefined): Acting {
  return { actor: c.get('identity').subject, reason, key: keyOf(key), request_id: c.get('requestId') }
}

/** What a form sent, texts alone. */
async function fieldsOf(c: Ctx): Promise<Fields> {
  const body = await c.req.parseBody()
  return Object.fromEntries(
    Object.entries(body).filter((field): field is [string, string] => typeof field[1] === 'string'),
  )
}

const TEXTS = new Set(['reason', 'sku'])

/** Numbers of a form, which are texts there; what is none is left for the form to refuse. */
function numbers(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [
      name,
      TEXTS.has(name) || text.trim() === '' ? text : Number(text),
    ]),
  )
}

type Checked<T> =
  | { readonly success: true; readonly data: T }
  | { readonly success: false; readonly error: { readonly issues: Parameters<typeof problemOfIssues>[0] } }

/** @throws Problem bad-request */
function read<T>(form: { safeParse(given: unknown): Checked<T> }, given: unknown): T {
  const parsed = form.safeParse(given)
  if (!parsed.success) throw problemOfIssues(parsed.error.issues, [])
  return parsed.data
}
