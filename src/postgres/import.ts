/**
 * Statements of the import. Rows are staged in a temporary table of the session, in file order; afterwards they
 * go into the catalogue batch by batch. A row that says what the catalogue already says is never touched: no
 * lock, no new version, no number taken from the sequence, nothing in the change stream.
 */
import { pipeline } from 'node:stream/promises'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { ImportItem } from '../catalog/import/item.ts'
import { copyLine } from './copy-text.ts'

/** An item with its place in the file and its category's id. */
export type StagedItem = {
  /** Line number, from 1; the order in which a later row of the same sku wins. */
  readonly position: number
  readonly category_id: string
  readonly item: ImportItem
}

/** Positions of a batch, both inclusive. */
export type PositionRange = { readonly first: number; readonly last: number }

/** A batch and how many rows it has. */
export type Batch = PositionRange & { readonly rows: number }

export type WriteCounts = {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
}

/** The staging table of this session. Temporary: no WAL, gone with the session. */
export async function createStaging(session: PoolClient): Promise<void> {
  await session.query(`
    create temporary table import_rows (
      position     bigint not null,
      sku          text not null,
      name         text not null,
      brand        text,
      model        text,
      description  text,
      category_id  bigint not null,
      price_minor  bigint,
      attrs        jsonb not null,
      gtin         text[] not null,
      codes        text[] not null,
      image_url    text,
      status       text,
      created_at   timestamptz,
      availability text,
      popularity   real)`)
}

/** Add rows to the staging table. All or none: COPY is one statement. */
export async function stageItems(session: PoolClient, rows: readonly StagedItem[]): Promise<void> {
  const target = session.query(copyFrom('copy import_rows from stdin'))
  await pipeline([rows.map(stagedLine).join('')], target)
}

function stagedLine({ position, category_id, item }: StagedItem): string {
  return copyLine([
    position,
    item.sku,
    item.name,
    item.brand,
    item.model,
    item.description,
    category_id,
    item.price_minor,
    JSON.stringify(item.attrs),
    item.gtin,
    item.codes,
    item.image_url,
    item.status,
    item.created_at,
    item.availability,
    item.popularity,
  ])
}

/** Keep the last row of each sku. @returns how many rows were dropped */
export async function dropEarlierDuplicates(session: PoolClient): Promise<number> {
  await session.query('analyze import_rows')
  const { rowCount } = await session.query(
    `delete from import_rows r
      using (select sku, max(position) as position from import_rows group by sku having count(*) > 1) kept
      where r.sku = kept.sku
        and r.position < kept.position`,
  )
  await session.query('create index on import_rows (position)')
  await session.query('analyze import_rows')
  return rowCount ?? 0
}

/** Consecutive ranges of at most `size` staged rows. */
export async function batchRanges(session: PoolClient, size: number): Promise<Batch[]> {
  const { rows } = await session.query<{ first: string; last: string; rows: number }>(
    `select min(position) as first, max(position) as last, count(*)::integer as rows
       from (select position, (row_number() over (order by position) - 1) / $1::integer as batch
               from import_rows) numbered
      group by batch
      order by batch`,
    [size],
  )
  return rows.map((row) => ({ first: Number(row.first), last: Number(row.last), rows: row.rows }))
}

/**
 * Insert what is missing and update what differs. The caller owns the transaction.
 *
 * The join finds the rows that differ before the insert: `on conflict do update` locks every row it meets, even
 * those that its `where` then leaves alone. It stays for an insert of the same sku by somebody else meanwhile.
 * @param currency of every row
 */
export async function writeItems(
  tx: PoolClient,
  range: PositionRange,
  currency: string,
): Promise<WriteCounts> {
  const { rows } = await tx.query<WriteCounts>(
    `with staged as (
       select s.position, s.sku, s.name, s.brand, s.model, s.description, s.category_id, s.price_minor,
              $3::text as currency, s.attrs, s.gtin, s.codes, s.image_url,
              coalesce(s.status, i.status, 'active') as status,
              coalesce(s.created_at, i.created_at, now()) as created_at,
              i.item_id is null as is_new,
              (i.name, i.brand, i.model, i.description, i.category_id, i.price_minor, i.currency, i.attrs, i.gtin,
               i.codes, i.image_url, i.status, i.created_at)
              is distinct from
              (s.name, s.brand, s.model, s.description, s.category_id, s.price_minor, $3::text, s.attrs, s.gtin,
               s.codes, s.image_url, coalesce(s.status, i.status), coalesce(s.created_at, i.created_at)) as differs
         from import_rows s
         left join items i using (sku)
        where s.position between $1::bigint and $2::bigint
     ), written as (
       insert into items (sku, name, brand, model, description, category_id, price_minor, currency, attrs, gtin,
                          codes, image_url, status, created_at)
       select sku, name, brand, model, description, category_id, price_minor, currency, attrs, gtin,
              codes, image_url, status, created_at
         from staged
        where is_new or differs
        order by position
       on conflict (sku) do update
          set name = excluded.name, brand = excluded.brand, model = excluded.model,
              description = excluded.description, category_id = excluded.category_id,
              price_minor = excluded.price_minor, currency = excluded.currency, attrs = excluded.attrs,
              gtin = excluded.gtin, codes = excluded.codes, image_url = excluded.image_url,
              status = excluded.status, created_at = excluded.created_at
     )
     select count(*) filter (where is_new)::integer as inserted,
            count(*) filter (where not is_new and differs)::integer as updated,
            count(*) filter (where not is_new and not differs)::integer as unchanged
       from staged`,
    [range.first, range.last, currency],
  )
  const [counts] = rows
  if (!counts) throw new Error('an aggregate without group returned no row')
  return counts
}

/** Availability of items that have none yet: as the file says, else in stock. An existing row is never touched. */
export async function writeMissingAvailability(tx: PoolClient, range: PositionRange): Promise<void> {
  await tx.query(
    `insert into item_availability (item_id, availability)
     select i.item_id, coalesce(s.availability, 'in_stock')
       from import_rows s
       join items i using (sku)
      where s.position between $1::bigint and $2::bigint
        and not exists (select from item_availability a where a.item_id = i.item_id)
         on conflict (item_id) do nothing`,
    [range.first, range.last],
  )
}

/** Popularity where the file has one that differs from what is known. */
export async function writePopularity(tx: PoolClient, range: PositionRange): Promise<void> {
  await tx.query(
    `insert into item_popularity as p (item_id, score)
     select i.item_id, s.popularity
       from import_rows s
       join items i using (sku)
       left join item_popularity known using (item_id)
      where s.position between $1::bigint and $2::bigint
        and s.popularity is not null
        and known.score is distinct from s.popularity
         on conflict (item_id) do update set score = excluded.score`,
    [range.first, range.last],
  )
}
