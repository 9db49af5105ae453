/** Places that keep stock. Opening or closing one to shoppers changes what is available, so it is a step of every SKU there. */
import type { Pool, PoolClient } from '../pool.ts'
import type { Because } from './stock.ts'

/** `rank`: among equals the lowest gives first. */
export type LocationRow = {
  readonly loc: number
  readonly name: string
  readonly sellable: boolean
  readonly rank: number
}

/** Sorted by rank, then number. */
export async function readLocations(db: Pool | PoolClient): Promise<LocationRow[]> {
  const { rows } = await db.query<LocationRow>(
    'select p.loc, p.name, p.sellable, p.rank from inv.location p order by p.rank, p.loc',
  )
  return rows
}

export async function areLocations(db: Pool | PoolClient, locs: readonly number[]): Promise<boolean> {
  const known = new Set((await readLocations(db)).map(({ loc }) => loc))
  return locs.every((loc) => known.has(loc))
}

/** Add a location, sellable as given, or give one another name or rank: whether it sells is `setSellable`. */
export async function putLocation(tx: Pool | PoolClient, place: LocationRow): Promise<void> {
  await tx.query(
    `insert into inv.location (loc, name, sellable, rank) values ($1::smallint, $2::text, $3::boolean, $4::smallint)
         on conflict (loc) do update set name = excluded.name, rank = excluded.rank`,
    [place.loc, place.name, place.sellable, place.rank],
  )
}

/** Open or close a location to shoppers. @returns number of SKUs whose availability may have changed */
export async function setSellable(
  tx: PoolClient,
  place: { readonly loc: number; readonly sellable: boolean },
  { reason, actor }: Because,
): Promise<number> {
  const { rows } = await tx.query<{ skus: number }>(
    'select inv.set_sellable($1::smallint, $2::boolean, $3::text, $4::text)::integer as skus',
    [place.loc, place.sellable, reason, actor],
  )
  return rows[0]?.skus ?? 0
}
