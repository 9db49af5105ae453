/** What the pages of carts, holds and orders are made of, and how they are sent: for one person, kept nowhere. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ShownHold, ShownHoldLine } from '../../web/pages/hold-page.ts'
import type { ShownItem } from '../catalog/cart.ts'
import { problem } from '../errors.ts'
import type { OwnCart } from '../orders/own-cart.ts'
import type { HoldView, OwnHolds } from '../orders/own-holds.ts'
import type { AppEnv } from './context.ts'
import { HoldPath } from './hold-schemas.ts'
import { NO_SUCH_HOLD } from './order-replies.ts'
import type { ShopPages } from './shop.ts'

export type OrderingPages = {
  readonly cart: OwnCart
  readonly own: OwnHolds
  readonly shop: ShopPages
  /** UUIDv7 text. */
  readonly newId: () => string
}

/** A click gives so much time at most, seconds. */
const EXTENSION_S = 300
/** Shorter ones are not worth a button. */
const EXTENSION_MIN_S = 30
const SECOND_MS = 1_000

/** @param status 200, or that of the refusal which the page tells */
export function sendPage(c: Context<AppEnv>, shop: ShopPages, page: string, status = 200): Response {
  return c.body(page, status as ContentfulStatusCode, shop.headers)
}

/** @throws Problem not-found: nobody has a hold of such an id */
export function holdIdOf(c: Context<AppEnv>): string {
  const path = HoldPath.safeParse({ id: c.req.param('id') })
  if (!path.success) throw problem('not-found', { detail: NO_SUCH_HOLD })
  return path.data.id
}

/** A hold with what its page shows. */
export async function shownHold(cart: OwnCart, hold: HoldView): Promise<ShownHold> {
  const items = await cart.itemsOf([...new Set(hold.lines.map((line) => line.sku))])
  const left_ms = Date.parse(hold.max_expires_at) - Date.parse(hold.expires_at)
  const extendable_s = Math.min(EXTENSION_S, Math.floor(left_ms / SECOND_MS))
  return {
    ...hold,
    extendable_s: extendable_s >= EXTENSION_MIN_S ? extendable_s : 0,
    lines: linesBySku(hold.lines, items),
  }
}

/** Where the units come from is of no interest to a shopper. */
function linesBySku(lines: HoldView['lines'], items: ReadonlyMap<string, ShownItem>): ShownHoldLine[] {
  const shown = new Map<string, ShownHoldLine>()
  for (const { sku, qty, requested, unit_price_minor } of lines) {
    const item = items.get(sku)
    if (!item) continue // itemsOf knows every sku that it is asked for
    const before = shown.get(sku)?.qty ?? 0
    shown.set(sku, { sku, qty: before + qty, requested, unit_price_minor, item })
  }
  return [...shown.values()]
}
