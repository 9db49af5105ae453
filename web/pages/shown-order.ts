/** An order as data for its page. */
import type { ShownItem } from '../../src/catalog/cart.ts'
import type { ShownOrderState, ShownPaymentState } from './order-words.ts'

/** Units of one sku, from wherever they come. */
export type ShownOrderLine = {
  readonly sku: string
  readonly qty: number
  readonly unit_price_minor: number
  readonly cancelled: number
  readonly shipped: number
  readonly returned: number
  /** Units that can still be taken out, and that can still be sent back. */
  readonly cancellable: number
  readonly returnable: number
  readonly item: ShownItem
}

export type ShownOrder = {
  readonly order_id: string
  readonly hold_id: string
  readonly state: ShownOrderState
  readonly created_at: string
  readonly currency: string
  readonly total_minor: number
  readonly paid_minor: number
  readonly lines: readonly ShownOrderLine[]
  readonly payments: readonly { readonly state: ShownPaymentState; readonly redirect_url?: string }[]
  readonly refunds: readonly {
    readonly amount_minor: number
    readonly state: string
    readonly created_at: string
  }[]
  readonly returns: readonly {
    readonly state: string
    readonly lines: readonly { readonly sku: string; readonly qty: number }[]
    readonly created_at: string
  }[]
}
