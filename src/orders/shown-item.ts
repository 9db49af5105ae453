/** Items as carts, holds and orders show them, also those that have left the shop. */
import type { ShownItem } from '../catalog/cart.ts'
import type { ShownItemRow } from '../postgres/inv/shown-items.ts'

/** @param row absent: there is no such item any more, and its sku is all that is known */
export function shownItem(sku: string, row: ShownItemRow | undefined): ShownItem {
  if (!row) return { item_id: null, name: sku, brand: null, image: null, category: { name: '', names: [] } }
  const { item_id, name, brand, image_url, path_names, is_active } = row
  return {
    item_id: is_active ? item_id : null,
    name,
    brand,
    image: image_url,
    category: { name: path_names.at(-1) ?? '', names: path_names },
  }
}
