/** From documents to the hits of an answer. Pure. */
import type { CategoryRef, Hit } from '../catalog/answers.ts'
import type { ItemDocument } from '../catalog/document.ts'
import { escapeText } from '../catalog/escape.ts'
import { CATEGORY_SEPARATOR } from '../catalog/item.ts'
import { MARK } from '../elasticsearch/query/body.ts'
import type { FoundItem } from '../postgres/search.ts'

/** Fields of a document that a hit shows. */
export type HitDocument = Pick<
  ItemDocument,
  | 'item_id'
  | 'sku'
  | 'name'
  | 'brand'
  | 'cat_leaf'
  | 'cat_ids'
  | 'cat_slugs'
  | 'price'
  | 'currency'
  | 'availability'
  | 'image'
>

/** @param highlight name with the marks of `MARK`, or undefined without a match */
export function hitOf(document: HitDocument, highlight: string | undefined): Hit {
  return {
    item_id: String(document.item_id),
    sku: document.sku,
    name: document.name,
    brand: document.brand,
    category: categoryOf(document),
    price: document.price,
    currency: document.currency,
    availability: document.availability,
    image: document.image,
    highlight: highlight === undefined ? null : markedHtml(highlight),
  }
}

/** A row of the degraded search, which has no marks. */
export function hitOfRow(row: FoundItem): Hit {
  return {
    item_id: row.item_id,
    sku: row.sku,
    name: row.name,
    brand: row.brand,
    category: {
      category_id: row.category_id,
      name: row.path_names.at(-1) ?? '',
      path: row.path_slugs.join('/'),
      names: row.path_names,
    },
    price: row.price_minor === null ? null : Number(row.price_minor),
    currency: row.currency,
    availability: row.availability,
    image: row.image_url,
    highlight: null,
  }
}

/** The item's own category, the last of its path. */
export function categoryOf(document: Pick<ItemDocument, 'cat_leaf' | 'cat_ids' | 'cat_slugs'>): CategoryRef {
  const names = document.cat_leaf.split(CATEGORY_SEPARATOR)
  return {
    category_id: String(document.cat_ids.at(-1) ?? ''),
    name: names.at(-1) ?? '',
    path: document.cat_slugs.at(-1) ?? '',
    names,
  }
}

/** Escaped HTML with `<mark>` where the server put its marks. */
function markedHtml(text: string): string {
  return escapeText(text).replaceAll(MARK.open, '<mark>').replaceAll(MARK.close, '</mark>')
}
