/**
 * What a browser keeps of its cart for the pages, for show alone: nothing is decided by it.
 *
 * `aisle_cart`: units in the cart, for the head of every page. Pages that are kept carry nothing personal, and a call from
 * each page only to learn a number would cost as much as the page, so script reads it here. `aisle_hold`: the hold made
 * last, so that the cart leads back to it; whose it is Postgres says.
 */
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { TTL_MAX_S } from '../orders/hold-call.ts'
import { UUID_V7 } from './ids.ts'

/** As long as the guest whose cart it is. */
const CART_LIFE_S = 30 * 86_400

/** @param units in the cart now; 0 takes the cookie away */
export function tellCartUnits(c: Context, units: number): void {
  const life = units === 0 ? 0 : CART_LIFE_S
  c.header('set-cookie', `aisle_cart=${units}; SameSite=Lax; Path=/; Max-Age=${life}`, { append: true })
}

export function rememberHold(c: Context, id: string): void {
  const attributes = `HttpOnly; SameSite=Lax; Path=/cart; Max-Age=${TTL_MAX_S}`
  c.header('set-cookie', `aisle_hold=${id}; ${attributes}`, { append: true })
}

/** null: none, or not in the form of one. */
export function rememberedHold(c: Context): string | null {
  const id = getCookie(c, 'aisle_hold') ?? ''
  return UUID_V7.test(id) ? id : null
}
