/** Forms of the calls and answers about carts. */
import { z } from '@hono/zod-openapi'
import type { CartAnswer } from '../catalog/cart.ts'
import { QTY_MAX } from '../orders/hold-call.ts'
import { Sku } from './hold-schemas.ts'

const Minor = z.int().min(0)

const ShownItem = z.strictObject({
  item_id: z.string().nullable().openapi({ description: 'null: not in the shop any more' }),
  name: z.string(),
  brand: z.string().nullable(),
  image: z.string().nullable(),
  category: z.strictObject({ name: z.string(), names: z.array(z.string()).readonly() }),
})

const CartLine = z.strictObject({
  sku: z.string(),
  qty: z.int(),
  state: z.enum(['available', 'low', 'short', 'too_many', 'sold_out', 'queue', 'not_for_sale']).openapi({
    description: 'short: some of the units can be had; too_many: more than one customer may have',
  }),
  obtainable: z.int().openapi({ description: 'Units of qty that a hold would get now' }),
  available: z.int(),
  most: z.int().openapi({ description: 'Most units that one customer may have' }),
  price: Minor.nullable().openapi({ description: 'Of one unit now, minor units' }),
  seen_price: Minor.nullable().openapi({ description: 'Of one unit when the line was put' }),
  is_bundle: z.boolean(),
  item: ShownItem,
})

export const Cart = z
  .strictObject({
    lines: z.array(CartLine).readonly(),
    units: z.int(),
    currency: z.string().nullable(),
    total: Minor.openapi({ description: 'Of the units that can be had now, minor units' }),
  })
  .openapi('Cart')

const Qty = z.int().min(1).max(QTY_MAX)
const SeenPrice = Minor.nullable()
  .default(null)
  .openapi({ description: 'Price of one unit that the customer saw; null: as it is now' })

export const AddedLine = z.strictObject({ sku: Sku, qty: Qty, seen_price: SeenPrice }).openapi('AddedLine')
export const SetLine = z.strictObject({ qty: Qty, seen_price: SeenPrice }).openapi('SetLine')
export const LinePath = z.object({
  sku: Sku.openapi({ param: { name: 'sku', in: 'path' }, example: 'LAMP-7' }),
})
export const Joining = z
  .strictObject({ guest_token: z.string().min(1).max(4_096) })
  .openapi('Joining', { description: 'A token of the guest, also one that is over' })

export const CART_EXAMPLE: CartAnswer = {
  lines: [
    {
      sku: 'LAMP-7',
      qty: 2,
      state: 'low',
      obtainable: 2,
      available: 3,
      most: 99,
      price: 4_990,
      seen_price: 4_490,
      is_bundle: false,
      item: {
        item_id: '4711',
        name: 'Desk lamp with a long arm',
        brand: 'Lumen',
        image: null,
        category: { name: 'Lamps', names: ['Home', 'Lamps'] },
      },
    },
  ],
  units: 2,
  currency: 'EUR',
  total: 9_980,
}
