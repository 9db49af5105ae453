/** Which attributes are worth showing as facets, per category and for the whole catalogue. */
import type { Pool } from 'pg'

/** Fewer items of a category than this share have the attribute: filtering by it would hide nearly all. */
const COVER_MIN = 0.05
/** A facet with so many values, each on hardly two items, is an identifier. */
const VALUES_MANY = 40
const FACETS_MAX = 12
/** As in the items mapping: longer values are prose. */
const VALUE_MAX = 60

/**
 * Compute `category_facets` anew from the active items: for each category with all that is below it, and for the
 * whole catalogue (category_id null), the up to 12 attributes that most items have, each with 2 values or more.
 * Rows that stay the same are not rewritten.
 * @returns rows written or removed
 */
export async function refreshCategoryFacets(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ changed: number }>(
    `with fact as ( -- one row per item, attribute and value that can be a facet
       select i.category_id, i.item_id, a.key as attr, v.value
         from items i
        cross join lateral jsonb_each(i.attrs) a
        cross join lateral (
          select a.value #>> '{}' as value where jsonb_typeof(a.value) in ('string', 'number', 'boolean')
          union all
          select e.value #>> '{}' from jsonb_array_elements(
            case jsonb_typeof(a.value) when 'array' then a.value else '[]' end) e where jsonb_typeof(e.value) = 'string'
        ) v
        where i.status = 'active'
          and a.key ~ '^[a-z0-9_]+$'
          and length(v.value) between 1 and $4::integer
     ), leaf as ( -- counted per category before it is added up along the tree
       select category_id, attr, value, count(*) as n from fact group by category_id, attr, value
     ), cover as (
       select category_id, attr, count(distinct item_id) as n from fact group by category_id, attr
     ), tree as (
       select c.category_id as leaf_id, up.id as category_id -- 0: the whole catalogue; null would not hash
         from categories c cross join lateral (select unnest(c.path_ids) as id union all select 0) up
     ), size as (
       select t.category_id, count(*)::real as items
         from items i join tree t on t.leaf_id = i.category_id
        where i.status = 'active'
        group by t.category_id
     ), many as (
       select t.category_id, l.attr, count(distinct l.value) as n_values, sum(l.n) as uses
         from leaf l join tree t on t.leaf_id = l.category_id
        group by t.category_id, l.attr
     ), covered as (
       select t.category_id, c.attr, (sum(c.n) / s.items)::real as cover_ratio
         from cover c join tree t on t.leaf_id = c.category_id
         join size s on s.category_id = t.category_id
        group by t.category_id, c.attr, s.items
     ), ranked as (
       select v.category_id, v.attr, v.cover_ratio,
              row_number() over (partition by v.category_id order by v.cover_ratio desc, v.attr)::integer as position
         from covered v
         join many m on m.category_id = v.category_id and m.attr = v.attr
        where m.n_values >= 2
          and v.cover_ratio >= $1::real
          and not (m.n_values > $2::integer and m.n_values * 2 > m.uses)
     ), wanted as (
       select nullif(category_id, 0) as category_id, attr, position, cover_ratio
         from ranked
        where position <= $3::integer
     ), gone as (
       delete from category_facets f
        where not exists (select from wanted w
                           where w.category_id is not distinct from f.category_id and w.attr = f.attr)
       returning 1
     ), written as (
       insert into category_facets as f (category_id, attr, position, cover_ratio)
       select w.category_id, w.attr, w.position, w.cover_ratio
         from wanted w
        where not exists (select from category_facets f
                           where f.category_id is not distinct from w.category_id
                             and (f.attr, f.position, f.cover_ratio) = (w.attr, w.position, w.cover_ratio))
       on conflict on constraint category_facets_unique do update
          set position = excluded.position, cover_ratio = excluded.cover_ratio
       returning 1
     )
     select ((select count(*) from gone) + (select count(*) from written))::integer as changed`,
    [COVER_MIN, VALUES_MANY, FACETS_MAX, VALUE_MAX],
  )
  return rows[0]?.changed ?? 0
}
