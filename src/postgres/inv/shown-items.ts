/** What carts, holds and orders show of their items, by sku. From the primary, where a price was changed a moment ago. */
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'

/** `price_minor` null: without a price. `is_active`: in the shop; an item that left it keeps its name in old orders. */
export type ShownItemRow = {
  readonly sku: string
  readonly item_id: string
  readonly name: string
  readonly brand: string | null
  readonly image_url: string | null
  readonly path_names: readonly string[]
  readonly price_minor: number | null
  readonly currency: string
  readonly is_active: boolean
}

/** @returns the items that exist, in no order */
export async function readShownItems(
  db: Pool | PoolClient,
  skus: readonly string[],
): Promise<ShownItemRow[]> {
  const { rows } = await db.query<ShownItemRow>(
    `select i.sku, i.item_id::text as item_id, i.name, i.brand, i.image_url, c.path_names,
            ${moneyOf('i.price_minor')} as price_minor, i.currency, i.status = 'active' as is_active
       from items i join categories c on c.category_id = i.category_id
      where i.sku = any ($1::text[])`,
    [skus],
  )
  return rows
}
