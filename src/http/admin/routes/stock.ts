/** Stock of a SKU: looked at, received, corrected, moved, and the rules of selling it. */
import { createRoute, type z } from '@hono/zod-openapi'
import type { StockChange, StockDesk } from '../../../admin/stock-desk.ts'
import { problem } from '../../../errors.ts'
import { answer, body } from '../../json-parts.ts'
import { OnceHeader } from '../../order-schemas.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import { SkuPath } from '../forms.ts'
import { actingOf, changed, type Entrance, OF_READING, OF_WRITING, reading, writing } from '../staff.ts'
import {
  EXAMPLES,
  LedgerForm,
  LedgerParameters,
  SkuRulesChangeForm,
  SkuRulesForm,
  StockChangedForm,
  StockChangeForm,
  StockForm,
  TransferForm,
} from '../stock-forms.ts'

const showStock = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/stock/{sku}',
    summary: 'What there is of a SKU, shelf by shelf',
    ...reading(entrance, 'inventory'),
    request: { params: SkuPath },
    responses: {
      200: answer('The SKU', StockForm, EXAMPLES.stock),
      ...problemResponses(...OF_READING, 'not-found'),
    },
  })

const changeStock = (entrance: Entrance) =>
  createRoute({
    method: 'patch',
    path: '/admin/stock/{sku}',
    summary: 'Receive units, correct a count, or keep some from shoppers',
    description:
      'A correction never goes below what is promised: 409 `ADJUST_BELOW_PROMISED` lists the holds and orders in the way. With `release_holds` the youngest holds that nobody pays for give way.',
    ...writing(entrance, 'inventory'),
    request: { params: SkuPath, headers: OnceHeader, body: body(StockChangeForm) },
    responses: {
      200: answer('Done; the gate and search know', StockChangedForm, EXAMPLES.changed),
      ...problemResponses(...OF_WRITING),
    },
  })

const transfer = (entrance: Entrance) =>
  createRoute({
    method: 'post',
    path: '/admin/transfers',
    summary: 'Move units between locations',
    description: 'Only units that nobody was promised. Two rows of the ledger of one version.',
    ...writing(entrance, 'inventory'),
    request: { headers: OnceHeader, body: body(TransferForm) },
    responses: {
      200: answer('Moved', StockChangedForm, EXAMPLES.changed),
      ...problemResponses(...OF_WRITING),
    },
  })

const changeRules = (entrance: Entrance) =>
  createRoute({
    method: 'patch',
    path: '/admin/skus/{sku}',
    summary: 'Change how a SKU is sold: limit, bucket, most per cart, low',
    description: 'A lower limit takes nothing away. What is left out stays.',
    ...writing(entrance, 'inventory'),
    request: { params: SkuPath, headers: OnceHeader, body: body(SkuRulesChangeForm) },
    responses: {
      200: answer('The rules now', SkuRulesForm, EXAMPLES.rules),
      ...problemResponses(...OF_WRITING),
    },
  })

const showLedger = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/ledger',
    summary: 'Every change of a SKU, youngest first, with who and why',
    ...reading(entrance, 'inventory'),
    request: { query: LedgerParameters },
    responses: { 200: answer('One page', LedgerForm, EXAMPLES.ledger), ...problemResponses(...OF_READING) },
  })

export const stockRoutes = (stock: StockDesk, entrance: Entrance) =>
  apiRouter(['sku', 'before', 'limit'])
    .openapi(showStock(entrance), async (c) => {
      const found = await stock.read(c.req.valid('param').sku)
      if (found === null) throw problem('not-found', { detail: 'No stock is kept of this sku.' })
      return c.json(found, 200)
    })
    .openapi(changeStock(entrance), async (c) => {
      const { reason, ...change } = c.req.valid('json')
      const done = await stock.change(actingOf(c, reason), c.req.valid('param').sku, changeOf(change))
      return c.json(changed(c, done), 200)
    })
    .openapi(transfer(entrance), async (c) => {
      const { reason, ...move } = c.req.valid('json')
      return c.json(changed(c, await stock.transfer(actingOf(c, reason), move)), 200)
    })
    .openapi(changeRules(entrance), async (c) => {
      const { reason, ...change } = c.req.valid('json')
      const done = await stock.changeRules(actingOf(c, reason), c.req.valid('param').sku, change)
      return c.json(changed(c, done), 200)
    })
    .openapi(showLedger(entrance), async (c) => {
      const { sku, ...page } = c.req.valid('query')
      return c.json(await stock.ledger(sku, page), 200)
    })

/** The form has made sure that one of the ways is there. */
export function changeOf(given: Omit<z.output<typeof StockChangeForm>, 'reason'>): StockChange {
  const { loc, receive, safety, d_on_hand = 0, release_holds = false } = given
  if (receive !== undefined) return { loc, receive }
  return safety === undefined ? { loc, d_on_hand, release_holds } : { loc, safety }
}
