/**
 * Numbered, append-only migrations. One session at a time applies them (advisory lock); each file runs in a
 * transaction of its own and is recorded with its checksum, so a file that was edited after it ran is refused.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Pool, PoolClient } from 'pg'
import { ExitError } from '../errors.ts'

const FOLDER = new URL('./migrations/', import.meta.url)
const FILE_PATTERN = /^(\d{4})_[a-z0-9_]+\.sql$/

/** Any fixed number; it only must not meet another lock of this database. */
const MIGRATION_LOCK = 7_265_110_401n

const EXIT_HALTED = 4

export type Migration = {
  readonly id: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/** The migrations of this version, in order. @throws Error for a gap, a duplicate or an odd file name */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  const migrations: Migration[] = []
  for (const name of names) {
    const id = Number(FILE_PATTERN.exec(name)?.[1])
    if (id !== migrations.length + 1)
      throw new Error(`migration ${name}: expected number ${migrations.length + 1}`)
    const sql = await readFile(new URL(name, FOLDER), 'utf8')
    migrations.push({ id, name, sql, checksum: createHash('sha256').update(sql).digest('hex') })
  }
  return migrations
}

/**
 * Bring the database to this version. Running it again changes nothing.
 * @returns names of the migrations applied by this call
 * @throws ExitError(4) when an applied file has another content, or the database is newer than this version
 */
export async function migrate(pool: Pool): Promise<string[]> {
  const migrations = await readMigrations()
  const session = await pool.connect()
  try {
    await session.query('set lock_timeout = 0; set statement_timeout = 0')
    await session.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    return await applyMissing(session, migrations)
  } finally {
    session.release(true) // ends the session, and with it the lock and the settings
  }
}

/** Migrations of this version that the database does not have yet. */
export async function pendingMigrations(pool: Pool): Promise<string[]> {
  const migrations = await readMigrations()
  const exists = await pool.query<{ found: string | null }>(`select to_regclass('public.migration') as found`)
  if (!exists.rows[0]?.found) return migrations.map((migration) => migration.name)
  const { rows } = await pool.query<{ migration_id: number }>('select migration_id from migration')
  const applied = new Set(rows.map((row) => row.migration_id))
  return migrations.filter((migration) => !applied.has(migration.id)).map((migration) => migration.name)
}

async function applyMissing(session: PoolClient, migrations: readonly Migration[]): Promise<string[]> {
  await session.query(`create table if not exists migration (
    migration_id integer primary key, name text not null, checksum text not null,
    applied_at timestamptz not null default clock_timestamp())`)
  const { rows } = await session.query<{ migration_id: number; name: string; checksum: string }>(
    'select migration_id, name, checksum from migration order by migration_id',
  )
  for (const row of rows) refuseDrift(row, migrations[row.migration_id - 1])
  const applied: string[] = []
  for (const migration of migrations.slice(rows.length)) {
    await applyOne(session, migration)
    applied.push(migration.name)
  }
  return applied
}

async function applyOne(session: PoolClient, migration: Migration): Promise<void> {
  try {
    await session.query('begin')
    await session.query(migration.sql)
    await session.query('insert into migration (migration_id, name, checksum) values ($1, $2, $3)', [
      migration.id,
      migration.name,
      migration.checksum,
    ])
    await session.query('commit')
  } catch (thrown) {
    await session.query('rollback')
    throw new Error(`migration ${migration.name} failed and was rolled back`, { cause: thrown })
  }
}

function refuseDrift(
  row: { migration_id: number; name: string; checksum: string },
  known: Migration | undefined,
): void {
  if (!known) {
    throw new ExitError(
      EXIT_HALTED,
      `the database has migration ${row.name}, this version does not: run a newer version`,
    )
  }
  if (known.checksum !== row.checksum) {
    throw new ExitError(
      EXIT_HALTED,
      `migration ${known.name} was edited after it ran here: put the file back and add a new migration`,
    )
  }
}
