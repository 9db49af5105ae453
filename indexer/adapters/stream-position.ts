/**
 * How far the indexer has come, seen from outside: whether one reads the slot, and whether everything up to a
 * position of the WAL is durable in an index. `verify` waits for this; it works while no indexer runs.
 */
import type { Client } from '@elastic/elasticsearch'
import type { Pool } from '../../src/postgres/pool.ts'
import { formatLsn, type Lsn, NO_LSN, parseLsn } from '../core/lsn.ts'
import { readStates } from './state-es.ts'

export type StreamPosition = {
  /**
   * A position above every commit that any session could see before the call. It is the place of a small message
   * in the WAL, which travels through the stream like a change: an idle stream passes it at once.
   */
  mark(): Promise<Lsn>
  /**
   * `isRunning`: somebody reads the slot. `hasPassed`: everything up to `lsn` is durable in the index, fan-out jobs
   * of commits up to there included: the slot is told to go on when a job is recorded, not when it is done.
   */
  reached(lsn: Lsn): Promise<{ readonly isRunning: boolean; readonly hasPassed: boolean }>
}

/** Prefix of the indexer's own messages in the WAL. */
const MESSAGE_PREFIX = 'aisle.hb'

/**
 * @param isLive the slot is told a position only when every live index has it; an index that is being built has
 *   only its own state
 */
export function streamPosition(
  pool: Pool,
  client: Client,
  place: {
    readonly slot: string
    readonly stateIndex: string
    readonly index: string
    readonly isLive: boolean
  },
): StreamPosition {
  return {
    async mark() {
      const { rows } = await pool.query<{ lsn: string }>(
        `select pg_logical_emit_message(true, $1::text, '')::text as lsn`,
        [MESSAGE_PREFIX],
      )
      return parseLsn(rows[0]?.lsn ?? '')
    },
    async reached(lsn) {
      const { rows } = await pool.query<{ active: boolean; confirmed: string | null }>(
        `select active, confirmed_flush_lsn::text as confirmed from pg_replication_slots where slot_name = $1::text`,
        [place.slot],
      )
      const slot = rows[0]
      const isRunning = slot?.active === true
      const isAcknowledged = place.isLive && slot?.confirmed ? parseLsn(slot.confirmed) >= lsn : false
      const isDurable = isAcknowledged || (await positionOf(client, place)) >= lsn
      // In this order: a job is recorded before the position passes its commit.
      return { isRunning, hasPassed: isDurable && !(await hasOpenJob(pool, lsn)) }
    },
  }
}

async function positionOf(client: Client, place: { stateIndex: string; index: string }): Promise<Lsn> {
  const states = await readStates(client, place.stateIndex)
  return states.find((stored) => stored.state.index === place.index)?.state.position ?? NO_LSN
}

async function hasOpenJob(pool: Pool, lsn: Lsn): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    `select exists (select from indexer.job where state <> 'done' and commit_lsn <= $1::pg_lsn) as found`,
    [formatLsn(lsn)],
  )
  return rows[0]?.found === true
}
