/**
 * The whole HTTP side as one function of its services: routes, pages, probes, problems. It never listens; a
 * test asks it by `app.request()`, the entry file puts a server before it.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Problem } from '../errors.ts'
import type { ReadStock } from '../events/stock-readings.ts'
import type { OwnCart } from '../orders/own-cart.ts'
import type { Pay } from '../orders/pay.ts'
import type { TakeWebhook } from '../orders/take-webhook.ts'
import type { CatalogSearch } from '../search/contract.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type Admission, admitBy } from './admission.ts'
import type { Assets } from './assets.ts'
import { checkUrl } from './check-url.ts'
import type { AppEnv } from './context.ts'
import { openApiDocument } from './document.ts'
import { createIdentify, createVisit, type IdentityOptions } from './identity.ts'
import { observeRequests } from './observe.ts'
import { allowedMethods, replyNotFound, replyProblem, replyThrown } from './replies.ts'
import { assetRoutes } from './routes/assets.ts'
import { cartRoutes } from './routes/cart.ts'
import { cartPageRoutes } from './routes/cart-pages.ts'
import { categoryRoutes } from './routes/categories.ts'
import { checkoutPageRoutes } from './routes/checkout-pages.ts'
import { documentRoutes } from './routes/document.ts'
import { facetRoutes } from './routes/facets.ts'
import { holdPageRoutes } from './routes/hold-pages.ts'
import { type HoldServices, holdRoutes } from './routes/holds.ts'
import { inventoryRoutes } from './routes/inventory.ts'
import { itemRoutes } from './routes/items.ts'
import { orderPageRoutes } from './routes/order-pages.ts'
import { type OrderServices, orderRoutes } from './routes/orders.ts'
import { pageRoutes } from './routes/pages.ts'
import { payRoutes } from './routes/pay.ts'
import { probeRoutes } from './routes/probes.ts'
import { searchRoutes } from './routes/search.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { type StockStreamParts, stockStreamRoutes } from './routes/stock-stream.ts'
import { suggestRoutes } from './routes/suggest.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { type Shop, shopOf } from './shop.ts'
import type { ProcessState } from './state.ts'

export type AppOptions = {
  readonly search: CatalogSearch
  readonly metrics: Metrics
  readonly logger: Logger
  readonly admission: Admission
  readonly state: ProcessState
  /** Monotonic clock, ms. */
  readonly clock: () => number
  readonly newRequestId: () => string
  readonly shop: Shop
  readonly identity: IdentityOptions
  readonly holds: HoldServices
  readonly orders: OrderServices
  readonly pay: Pay
  readonly takeWebhook: TakeWebhook
  readonly stock: Omit<StockStreamParts, 'acts'> & { readonly read: ReadStock }
  readonly cart: OwnCart
  /** UUIDv7 text, for what a form will make. */
  readonly newKey: () => string
  readonly assets: Assets
}

export function createApp(options: AppOptions): OpenAPIHono<AppEnv> {
  const { search, metrics, state, assets } = options
  const admit = admitBy(options.admission)
  const identify = createIdentify(options.identity)
  const visit = createVisit(options.identity)
  const shop = shopOf(options.shop, assets)
  const app = new OpenAPIHono<AppEnv>()
  app.use('*', observeRequests({ ...options, isDraining: () => state.phase === 'draining' }))
  app.use('*', checkUrl)
  app.route('/', searchRoutes(search, admit))
  app.route('/', suggestRoutes(search, admit))
  app.route('/', categoryRoutes(search, admit))
  app.route('/', facetRoutes(search, admit))
  app.route('/', itemRoutes(search, admit))
  app.route('/', sessionRoutes(options.identity, admit))
  app.route('/', holdRoutes(options.holds, admit, identify))
  app.route('/', payRoutes(options.pay, admit, identify))
  app.route('/', orderRoutes(options.orders, admit, identify))
  app.route('/', webhookRoutes(options.takeWebhook, admit))
  app.route('/', stockStreamRoutes({ ...options.stock, acts: options.identity.acts }, admit))
  app.route('/', inventoryRoutes(options.stock.read, admit))
  app.route('/', cartRoutes(options.cart, options.identity.tokens, admit, identify))
  app.route('/', probeRoutes(state, metrics, admit))
  app.route(
    '/',
    documentRoutes(() => openApiDocument(app), shop),
  )
  app.route('/', assetRoutes(assets))
  app.route('/', pageRoutes(search, admit, shop))
  const ordering = { ...options.holds, cart: options.cart, shop, newId: options.newKey }
  app.route('/', cartPageRoutes(ordering, admit, identify, visit))
  app.route('/', holdPageRoutes(ordering, admit, identify, visit))
  const paying = { ...ordering, pay: options.pay, publicUrl: options.identity.publicUrl }
  app.route('/', checkoutPageRoutes(paying, admit, identify, visit))
  const orders = { ...ordering, ownOrders: options.orders.own, changeOrders: options.orders.change }
  app.route('/', orderPageRoutes(orders, admit, identify, visit))
  const tell = (c: Context<AppEnv>, given: Problem) => replyProblem(c, given, shop)
  app.notFound((c) => replyNotFound(c, allowedMethods(app, c.req.path), tell))
  app.onError((thrown, c) => replyThrown(c, thrown, tell))
  return app
}
