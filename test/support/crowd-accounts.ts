/** What the shoppers of a crowd were told, against what Postgres has: nobody was told what is not so. */
import type { Pool } from '../../src/postgres/pool.ts'
import type { KnownHold, KnownOrder } from './crowd.ts'

export type Contradiction = {
  readonly id: string
  readonly told: string
  readonly state: string | null
  readonly what: string
}

/**
 * @returns holds that were promised and are not there, or not with these units; that were given back and are still
 *   held; that were refused at the first try and are held. Empty when every word was kept
 */
export async function contradictions(pool: Pool, holds: readonly KnownHold[]): Promise<Contradiction[]> {
  const told = holds.map(({ id, told, tries, units }) => ({
    id,
    told,
    tries,
    units: Object.fromEntries(units),
  }))
  const { rows } = await pool.query<Contradiction>(
    `with told as (
       select t.id, t.told, t.tries, t.units from jsonb_to_recordset($1::jsonb) as t (id uuid, told text, tries integer, units jsonb)
     ), seen as (
       select t.*, h.state::text as state,
              (select jsonb_object_agg(l.sku, l.qty) from (
                 select l.sku, sum(l.qty) as qty from inv.hold_line l where l.hold_id = t.id group by l.sku) l) as has
         from told t left join inv.hold h on h.id = t.id
     ), judged as (
       select s.id, s.told, s.state,
              case when s.told in ('held', 'ended') and (s.state is null or s.state = 'VOID') then 'a promised hold is not there'
                   when s.told in ('held', 'ended') and s.units is distinct from s.has then 'a hold has other units'
                   when s.told = 'ended' and s.state in ('PREPARED', 'ACTIVE', 'PAYING') then 'a hold given back is held'
                   when s.told = 'refused' and s.tries = 1 and s.state <> 'VOID' then 'a refused hold is there' end as what
         from seen s
     )
     select id, told, state, what from judged where what is not null order by id limit 20`,
    [JSON.stringify(told)],
  )
  return rows
}

/** @returns ids of orders that shoppers were told are theirs, or are on the way, and that are not */
export async function lostOrders(pool: Pool, orders: readonly KnownOrder[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select t.id
       from jsonb_to_recordset($1::jsonb) as t (id uuid, told text)
       left join inv.orders o on o.id = t.id
      where o.id is null
         or (t.told = 'paid' and not exists (
               select from inv.order_line l where l.order_id = o.id and l.ver_at_confirm is not null))
      order by t.id limit 20`,
    [JSON.stringify(orders.map(({ id, told }) => ({ id, told })))],
  )
  return rows.map(({ id }) => id)
}
