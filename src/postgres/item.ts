/** One item as it is at this moment: price and availability are never those of an index. */
import type { Pool } from 'pg'
import type { Attributes, Availability } from '../catalog/item.ts'
import { readRows } from './cancellable.ts'

/** An active item with its category's path. `price_minor` in minor units; bigint as text. */
export type LiveItemRow = {
  readonly item_id: string
  readonly sku: string
  readonly name: string
  readonly brand: string | null
  readonly model: string | null
  readonly description: string | null
  readonly price_minor: string | null
  readonly currency: string
  readonly attrs: Attributes
  readonly gtin: readonly string[]
  readonly codes: readonly string[]
  readonly image_url: string | null
  readonly created_at: Date
  readonly updated_at: Date
  readonly availability: Availability
  readonly category_id: string
  readonly path_names: readonly string[]
  readonly path_slugs: readonly string[]
}

/**
 * @param itemId digits of a bigint
 * @returns the row, or null: unknown or hidden
 */
export async function readLiveItem(
  pool: Pool,
  itemId: string,
  signal: AbortSignal,
): Promise<LiveItemRow | null> {
  const rows = await readRows<LiveItemRow>(
    pool,
    `select i.item_id, i.sku, i.name, i.brand, i.model, i.description, i.price_minor, i.currency, i.attrs,
            i.gtin, i.codes, i.image_url, i.created_at, i.updated_at,
            coalesce(a.availability, 'out_of_stock') as availability,
            c.category_id, c.path_names, c.path_slugs
       from items i
       join categories c using (category_id)
       left join item_availability a using (item_id)
      where i.item_id = $1::bigint
        and i.status = 'active'`,
    [itemId],
    signal,
  )
  return rows[0] ?? null
}
