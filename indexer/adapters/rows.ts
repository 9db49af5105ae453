/** Reading rows of a mapping from the primary: by ids (with the snapshot they were read in), by range, by source. */
import type { DocumentBody, Mapping, Row } from '../../mappings/define.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { parseSnapshot, type Snapshot } from '../core/snapshot.ts'

export type Reread = {
  readonly snapshot: Snapshot
  /** Document by id; an id that is not in it has no row. */
  readonly bodies: ReadonlyMap<string, DocumentBody>
}

/** One statement, so rows and snapshot agree. @param ids bigint texts */
export async function rereadRows(pool: Pool, mapping: Mapping, ids: readonly string[]): Promise<Reread> {
  const { rows } = await pool.query<Row>({
    name: `reread_${mapping.name}`,
    text: mapping.reread,
    values: [ids],
  })
  return { snapshot: parseSnapshot(String(rows[0]?.['snap'])), bodies: bodiesOf(mapping, rows) }
}

export async function readSnapshot(pool: Pool): Promise<Snapshot> {
  const { rows } = await pool.query<{ snap: string }>('select pg_current_snapshot()::text as snap')
  return parseSnapshot(rows[0]?.snap ?? '')
}

export type LoadPage = {
  readonly bodies: ReadonlyMap<string, DocumentBody>
  /** Highest id of the page; null: there are no more rows. */
  readonly last: bigint | null
}

/** Rows with an id above `after`, ascending. */
export async function loadRows(
  pool: Pool,
  mapping: Mapping,
  after: bigint,
  limit: number,
): Promise<LoadPage> {
  const { rows } = await pool.query<Row>({
    name: `load_${mapping.name}`,
    text: mapping.load,
    values: [String(after), limit],
  })
  const last = rows.at(-1)?.[mapping.idColumn]
  return {
    bodies: bodiesOf(mapping, rows),
    last: last === null || last === undefined ? null : BigInt(String(last)),
  }
}

function bodiesOf(mapping: Mapping, rows: readonly Row[]): Map<string, DocumentBody> {
  const bodies = new Map<string, DocumentBody>()
  for (const row of rows) {
    const id = row[mapping.idColumn]
    if (id !== null && id !== undefined) bodies.set(String(id), mapping.toDocument(row))
  }
  return bodies
}

export type IdBounds = { readonly lowest: bigint | null; readonly highest: bigint | null }

/** Lowest and highest id of the root table. Identifiers come from the mapping file, not from a request. */
export async function readIdBounds(pool: Pool, mapping: Mapping): Promise<IdBounds> {
  const { rows } = await pool.query<{ lowest: string | null; highest: string | null }>(
    `select min("${mapping.idColumn}")::text as lowest, max("${mapping.idColumn}")::text as highest
       from "${mapping.root}"`,
  )
  const { lowest = null, highest = null } = rows[0] ?? {}
  return {
    lowest: lowest === null ? null : BigInt(lowest),
    highest: highest === null ? null : BigInt(highest),
  }
}

/** How many documents the changed keys of a source table touch. */
export async function countAffected(pool: Pool, sql: string, keys: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(sql, [keys])
  return rows[0]?.n ?? 0
}

/** Their ids above `after`, ascending. */
export async function readAffected(
  pool: Pool,
  sql: string,
  keys: readonly string[],
  after: bigint,
  limit: number,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(sql, [keys, String(after), limit])
  return rows.map((row) => String(row.id))
}
