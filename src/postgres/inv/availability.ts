/**
 * What search shows of the stock. Written only when an item crosses a threshold: every write becomes a document.
 * Touches only items that have an inv.sku row.
 */
import type { Availability } from '../../catalog/item.ts'
import type { Pool, PoolClient } from '../pool.ts'
import { AVAILABLE } from './inventory.ts'

export type AvailabilityWritten = { readonly sku: string; readonly availability: Availability }

/**
 * Bring `item_availability` up to date. `low` begins at `low_at` units and ends above 1.25 times as many, so that a
 * count which moves around the threshold does not rewrite the document at every order.
 * @param skus null: all of them (a full comparison)
 * @returns what was changed
 * Source: two-threshold trigger, O. H. Schmitt, 1938, doi:10.1088/0950-7671/15/1/305.
 */
export async function writeAvailability(
  db: Pool | PoolClient,
  skus: readonly string[] | null,
): Promise<AvailabilityWritten[]> {
  const { rows } = await db.query<AvailabilityWritten>(
    `with counted as (
       select i.item_id, s.sku, a.availability as shown, ${AVAILABLE} as available, s.low_at
         from inv.sku s
         join items i on i.sku = s.sku
         left join item_availability a on a.item_id = i.item_id
        where $1::text[] is null or s.sku = any ($1::text[])
     ), due as (
       select c.item_id, c.sku, c.shown,
              case when c.available <= 0 then 'out_of_stock'
                   when c.available <= case when c.shown = 'in_stock' then c.low_at else ceil(c.low_at * 1.25) end then 'low'
                   else 'in_stock' end as availability
         from counted c
     ), written as (
       insert into item_availability as a (item_id, availability)
       select d.item_id, d.availability from due d where d.shown is distinct from d.availability order by d.item_id
           on conflict (item_id) do update set availability = excluded.availability
        where a.availability <> excluded.availability
       returning a.item_id, a.availability
     )
     select d.sku, w.availability from written w join due d on d.item_id = w.item_id`,
    [skus],
  )
  return rows
}
