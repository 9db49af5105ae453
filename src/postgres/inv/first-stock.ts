/** Items that were never counted: in the catalogue, with a price, without stock rows. They cannot be sold until they have some. */
import type { Pool, PoolClient } from '../pool.ts'

export type Uncounted = {
  readonly sku: string
  /** What the catalogue says of its stock. */
  readonly availability: 'in_stock' | 'low' | 'out_of_stock'
}

/** @param after sku of the page before, '' to begin. @returns sorted by sku */
export async function readUncounted(db: Pool, after: string, limit: number): Promise<Uncounted[]> {
  const { rows } = await db.query<Uncounted>(
    `select i.sku, coalesce(a.availability, 'in_stock') as availability
       from items i left join item_availability a on a.item_id = i.item_id
      where i.sku > $1::text and i.status = 'active' and i.price_minor is not null
        and not exists (select from inv.sku s where s.sku = i.sku)
      order by i.sku limit $2::integer`,
    [after, limit],
  )
  return rows
}

/** From now on these are counted; their shelves are empty until something is received. */
export async function beginCounting(tx: PoolClient, skus: readonly string[]): Promise<void> {
  await tx.query(
    'insert into inv.sku (sku) select u.sku from unnest($1::text[]) as u (sku) on conflict do nothing',
    [skus],
  )
}
