/**
 * SQL of the items index. One select list serves re-read, load and verify, so that `row_hash` means the same
 * everywhere: a 32-bit hash of the joined row (32 bits keep the sum of a bucket of 10,000 below 2^53).
 */

const COLUMNS = `i.item_id, i.sku, i.name, i.brand, i.model, i.description, i.price_minor, i.currency, i.attrs,
       i.gtin, i.codes, i.image_url, i.created_at, c.path_ids, c.path_names, c.path_slugs,
       coalesce(a.availability, 'out_of_stock') as availability, coalesce(p.score, 0) as popularity`

const JOINS = `from items i
  join categories c using (category_id)
  left join item_availability a using (item_id)
  left join item_popularity p using (item_id)`

const HASHED = 'd.*, hash_record_extended(d, 0) & 4294967295 as row_hash'

/** One statement, so that rows and snapshot agree; one row with the snapshot even when every id is gone. */
const withSnapshot = (inner: string, order: string) => `with d as (${inner})
select pg_current_snapshot()::text as snap, r.*
  from (select 1) one left join (select ${HASHED} from d) r on true${order}`

export const REREAD = withSnapshot(
  `select ${COLUMNS} ${JOINS} where i.item_id = any($1::bigint[]) and i.status = 'active'`,
  '',
)

export const LOAD = withSnapshot(
  `select ${COLUMNS} ${JOINS} where i.item_id > $1::bigint and i.status = 'active' order by i.item_id limit $2::integer`,
  ' order by r.item_id',
)

export const HASHES = `with d as (
  select ${COLUMNS} ${JOINS}
   where i.item_id >= $1::bigint and i.item_id < $2::bigint and i.status = 'active')
select d.item_id as id, hash_record_extended(d, 0) & 4294967295 as row_hash from d order by d.item_id`

export const BUCKETS = `with d as (select ${COLUMNS} ${JOINS} where i.status = 'active')
select d.item_id / $1::bigint as bucket, count(*)::integer as n,
       sum(hash_record_extended(d, 0) & 4294967295)::text as hash_sum
  from d group by 1 order by 1`

/** Items directly in changed categories: a subtree is in the stream itself, because its stored paths change. */
export const AFFECTED_BY_CATEGORY = `select item_id as id from items
  where category_id = any($1::bigint[]) and item_id > $2::bigint order by item_id limit $3::integer`

export const COUNT_BY_CATEGORY =
  'select count(*)::integer as n from items where category_id = any($1::bigint[])'
