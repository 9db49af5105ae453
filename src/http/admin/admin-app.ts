/**
 * Administration as one function of its services, on a listener of its own: calls under `/admin/`, and pages for people
 * at `/admin` and under `/admin/desk/`. Whoever is not staff learns nothing but that.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Administration } from '../../admin/administration.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { type Admission, admitBy } from '../admission.ts'
import type { Assets } from '../assets.ts'
import { checkUrl } from '../check-url.ts'
import type { AppEnv } from '../context.ts'
import { adminDocument } from '../document.ts'
import { createIdentify, type IdentityOptions } from '../identity.ts'
import { observeRequests } from '../observe.ts'
import { allowedMethods, problemAsJson, replyNotFound, replyThrown } from '../replies.ts'
import { assetRoutes } from '../routes/assets.ts'
import { documentRoutes } from '../routes/document.ts'
import { type Shop, shopOf } from '../shop.ts'
import type { ProcessState } from '../state.ts'
import { holdRoutes } from './routes/holds.ts'
import { letterRoutes } from './routes/letters.ts'
import { orderRoutes } from './routes/orders.ts'
import { deskPages } from './routes/pages.ts'
import { placeRoutes } from './routes/places.ts'
import { reportRoutes } from './routes/reports.ts'
import { returnRoutes } from './routes/returns.ts'
import { stockRoutes } from './routes/stock.ts'
import { STAFF_COOKIE } from './staff-cookie.ts'

export type AdminAppOptions = {
  readonly administration: Administration
  readonly metrics: Metrics
  readonly logger: Logger
  readonly admission: Admission
  readonly state: ProcessState
  /** Monotonic clock, ms. */
  readonly clock: () => number
  readonly newRequestId: () => string
  readonly shop: Shop
  readonly assets: Assets
  readonly identity: IdentityOptions
}

export function createAdminApp(options: AdminAppOptions): OpenAPIHono<AppEnv> {
  const { administration, state, assets } = options
  const shop = shopOf(options.shop, assets)
  // Forms are compared with the host that was asked: this listener is not where browsers find the shop.
  const identity = { ...options.identity, publicUrl: '', cookie: STAFF_COOKIE }
  const entrance = { admit: admitBy(options.admission), identify: createIdentify(identity) }
  const app = new OpenAPIHono<AppEnv>()
  app.use('*', observeRequests({ ...options, isDraining: () => state.phase === 'draining' }))
  app.use('*', checkUrl)
  app.route('/', stockRoutes(administration.stock, entrance))
  app.route('/', placeRoutes(administration.places, entrance))
  app.route('/', holdRoutes(administration.holds, entrance))
  app.route('/', orderRoutes(administration.orders, entrance))
  app.route('/', returnRoutes(administration.returns, entrance))
  app.route('/', reportRoutes(administration.reports, entrance))
  app.route('/', letterRoutes(administration.reports, entrance))
  app.route(
    '/',
    documentRoutes(() => adminDocument(app), shop),
  )
  app.route('/', assetRoutes(assets))
  const { tokens, now } = options.identity
  app.route('/', deskPages({ administration, entrance, shop, tokens, now, newKey: options.newRequestId }))
  app.notFound((c) => replyNotFound(c, allowedMethods(app, c.req.path), problemAsJson))
  app.onError((thrown, c) => replyThrown(c, thrown, problemAsJson))
  return app
}
