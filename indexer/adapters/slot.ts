/** Statements about the replication slot, the publication and the server's WAL. */
import pg from 'pg'
import type { Pool } from '../../src/postgres/pool.ts'
import { type Lsn, parseLsn } from '../core/lsn.ts'

export type SlotRow = {
  readonly active: boolean
  /** reserved, extended, unreserved or lost */
  readonly walStatus: string
  readonly confirmed: Lsn
  readonly retainedBytes: number
}

/** null: there is no such slot. */
export async function readSlot(pool: Pool, slot: string): Promise<SlotRow | null> {
  const { rows } = await pool.query<{
    active: boolean
    wal_status: string | null
    confirmed: string | null
    retained: string | null
  }>(
    `select active, wal_status, confirmed_flush_lsn::text as confirmed,
            pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint::text as retained
       from pg_replication_slots where slot_name = $1::name and database = current_database()`,
    [slot],
  )
  const row = rows[0]
  if (!row) return null
  return {
    active: row.active,
    walStatus: row.wal_status ?? 'lost',
    confirmed: parseLsn(row.confirmed ?? '0/0'),
    retainedBytes: Number(row.retained ?? 0),
  }
}

/** Tables of the publication; null: there is no such publication. */
export async function readPublication(pool: Pool, publication: string): Promise<string[] | null> {
  const { rows } = await pool.query<{ tables: string[] | null }>(
    `select array(select t.tablename::text from pg_publication_tables t where t.pubname = p.pubname) as tables
       from pg_publication p where p.pubname = $1::name`,
    [publication],
  )
  return rows[0] ? (rows[0].tables ?? []) : null
}

export type ServerFacts = { readonly version: number; readonly walSenderTimeoutMs: number }

export async function readServer(pool: Pool): Promise<ServerFacts> {
  const { rows } = await pool.query<{ version: number; timeout: number }>(
    `select current_setting('server_version_num')::integer as version,
            (select setting::integer from pg_settings where name = 'wal_sender_timeout') as timeout`,
  )
  return { version: rows[0]?.version ?? 0, walSenderTimeoutMs: rows[0]?.timeout ?? 0 }
}

export async function currentWalLsn(pool: Pool): Promise<Lsn> {
  const { rows } = await pool.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
  return parseLsn(rows[0]?.lsn ?? '')
}

/** Write a commit that the stream delivers: it moves the position of an idle system. */
export async function emitHeartbeat(pool: Pool): Promise<void> {
  await pool.query(`select pg_logical_emit_message(true, 'aisle.hb', '')`)
}

/** Identity of the cluster. @param session of `openConnection` */
export async function identifySystem(
  session: pg.Client,
): Promise<{ readonly systemId: string; readonly timeline: number }> {
  const { rows } = await session.query<{ systemid: string; timeline: number }>('IDENTIFY_SYSTEM')
  const row = rows[0]
  if (!row) throw new Error('IDENTIFY_SYSTEM gave no row')
  return { systemId: row.systemid, timeline: Number(row.timeline) }
}

/**
 * Make the slot; it waits for every write transaction that is open on the server.
 * @returns its consistent point
 * @throws pg error 55P03 when writers stay open for 29 s, 42710 when somebody else made it meanwhile
 */
export async function createSlot(session: pg.Client, slot: string, serverVersion: number): Promise<Lsn> {
  await session.query(`SET lock_timeout = '29s'`)
  const failover = serverVersion >= 170_000 ? ', FAILOVER' : ''
  const { rows } = await session.query<{ consistent_point: string }>(
    `CREATE_REPLICATION_SLOT ${pg.escapeIdentifier(slot)} LOGICAL pgoutput (SNAPSHOT 'nothing'${failover})`,
  )
  return parseLsn(rows[0]?.consistent_point ?? '')
}

/** @throws pg error 55006 while somebody reads it */
export async function dropSlot(pool: Pool, slot: string): Promise<void> {
  await pool.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
      where slot_name = $1::name and database = current_database()`,
    [slot],
  )
}

/**
 * An id that no committed-but-invisible transaction of this moment can reach: when `xmin` has passed it, every
 * transaction that wrote its commit before the call is visible (fact E16: `xmax` would not do).
 */
export async function takeFence(pool: Pool): Promise<bigint> {
  const { rows } = await pool.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  return BigInt(rows[0]?.xid ?? '0')
}

export async function hasPassed(pool: Pool, fence: bigint): Promise<boolean> {
  const { rows } = await pool.query<{ passed: boolean }>(
    'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8 as passed',
    [String(fence)],
  )
  return rows[0]?.passed ?? false
}
