/**
 * One item: live from Postgres, because price and availability decide a purchase. Without Postgres the document
 * serves, marked degraded; when the index is away as well, a Postgres that is only slow gets the rest of the deadline.
 */
import type { ItemAnswer } from '../catalog/answers.ts'
import type { ItemDocument } from '../catalog/document.ts'
import { isPostgresAway, rejected } from '../postgres/cancellable.ts'
import { type LiveItemRow, readLiveItem } from '../postgres/item.ts'
import { categoryOf } from './hits.ts'
import type { Shop } from './shop.ts'
import { SearchUnavailable } from './unavailable.ts'

type Item = Omit<ItemAnswer, 'took_ms'>

const LARGEST_ID = 2n ** 63n - 1n
/** Longer than this and the document serves, ms. */
const PATIENCE_MS = 300

/** @returns null: no such active item. @throws SearchUnavailable when Elasticsearch is away too */
export async function item(shop: Shop, itemId: string, signal: AbortSignal): Promise<ItemAnswer | null> {
  const began = shop.now()
  if (!/^\d{1,19}$/.test(itemId) || BigInt(itemId) > LARGEST_ID) return null
  const found = await liveOrDocument(shop, itemId, signal)
  return found && { ...found, took_ms: Math.round(shop.now() - began) }
}

async function liveOrDocument(shop: Shop, itemId: string, signal: AbortSignal): Promise<Item | null> {
  const { live } = shop
  if (!live.allow(shop.now())) return await fromIndex(shop, itemId, signal)
  const patience = AbortSignal.timeout(PATIENCE_MS)
  const answered = new AbortController()
  const reading = readLiveItem(shop.pool, itemId, AbortSignal.any([signal, answered.signal]))
  try {
    const row = await Promise.race([reading, rejected(patience), rejected(signal)])
    live.succeeded(shop.now())
    return row && fromRow(row)
  } catch (thrown) {
    const isLate = thrown === patience.reason
    const isAway = isLate || isPostgresAway(thrown)
    if (signal.aborted && !isLate) live.withdrawn()
    else if (isAway) live.failed(shop.now())
    else live.succeeded(shop.now())
    signal.throwIfAborted()
    if (!isAway) throw thrown
    const document = fromIndex(shop, itemId, signal)
    return await (isLate ? document.catch((reason: unknown) => lateRow(reading, reason, signal)) : document)
  } finally {
    reading.catch(() => undefined) // somebody else has answered
    answered.abort()
    shop.metrics.set('search_postgres_breaker_open', live.state(shop.now()) === 'closed' ? 0 : 1)
  }
}

/** @throws `reason`, why there is no document, when Postgres turns out to be away */
async function lateRow(
  reading: Promise<LiveItemRow | null>,
  reason: unknown,
  signal: AbortSignal,
): Promise<Item | null> {
  signal.throwIfAborted()
  if (!(reason instanceof SearchUnavailable)) throw reason
  try {
    const row = await Promise.race([reading, rejected(signal)])
    return row && fromRow(row)
  } catch (thrown) {
    signal.throwIfAborted()
    throw isPostgresAway(thrown) ? reason : thrown
  }
}

function fromRow(row: LiveItemRow): Item {
  return {
    item_id: row.item_id,
    sku: row.sku,
    name: row.name,
    brand: row.brand,
    model: row.model,
    description: row.description,
    category: {
      category_id: row.category_id,
      name: row.path_names.at(-1) ?? '',
      path: row.path_slugs.join('/'),
      names: row.path_names,
    },
    price: row.price_minor === null ? null : Number(row.price_minor), // at most 2^53 - 1, by a CHECK
    currency: row.currency,
    availability: row.availability,
    image: row.image_url,
    attrs: row.attrs,
    gtin: row.gtin,
    codes: row.codes,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    degraded: [],
  }
}

async function fromIndex(shop: Shop, itemId: string, signal: AbortSignal): Promise<Item | null> {
  const query = { ids: { values: [itemId] } }
  const reply = await shop.calls.search('item', shop.names.itemsAlias, { size: 1, query }, signal)
  const document = reply.hits.hits[0]?._source as unknown as ItemDocument | undefined
  if (!document) return null
  return {
    item_id: String(document.item_id),
    sku: document.sku,
    name: document.name,
    brand: document.brand,
    model: document.model,
    description: document.description,
    category: categoryOf(document),
    price: document.price,
    currency: document.currency,
    availability: document.availability,
    image: document.image,
    attrs: document.attrs,
    gtin: document.gtin,
    codes: document.code,
    created_at: document.created_at,
    updated_at: null,
    degraded: ['postgres'],
  }
}
