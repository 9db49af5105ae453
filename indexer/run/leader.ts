/**
 * Leads for as long as it may: sees to publication and slot, runs sessions, and after each loss decides between
 * going on after a pause, standing by for another leader, and stopping for a person.
 *
 *   slot busy (55006)            another instance leads: stand by
 *   slot missing or lost         a slot of our own, then a new index beside the old one
 *   publication missing          exit 4 with the command to type
 *   tables missing               exit 3: migrate first
 *   a server away, anything else pause with full jitter, at most 5 s, for ever
 */
import pg from 'pg'
import { ExitError, messageOf } from '../../src/errors.ts'
import { EVENTS_KEPT } from '../adapters/event-publisher.ts'
import { oweBeforeSlot } from '../adapters/relay-state.ts'
import { closeConnection, openConnection } from '../adapters/replication.ts'
import { createSlot, dropSlot, readPublication, readServer, readSlot } from '../adapters/slot.ts'
import { sleep } from '../adapters/wait.ts'
import { backoffMs, RECONNECT } from '../core/backoff.ts'
import type { Context } from './context.ts'
import { runSession, type SessionOptions } from './session.ts'

export type LeaderOptions = SessionOptions & {
  /** Whether to wait when another instance leads; else exit 5. */
  readonly standsBy: boolean
}

/** A session that lasted this long starts the pauses anew. */
const HEALTHY_MS = 10_000
const STANDBY_MS = 1_000
const EXIT_PREFLIGHT = 3
const EXIT_HALTED = 4
const EXIT_BUSY = 5

/**
 * @param stop asks for a clean end
 * @throws ExitError 3, 4 or 5
 */
export async function leadUntilStopped(
  context: Context,
  options: LeaderOptions,
  stop: AbortSignal,
): Promise<void> {
  for (let attempt = 1; !stop.aborted; attempt++) {
    const startedMs = context.now()
    try {
      await ensureSlot(context)
      return await runSession(context, options, stop)
    } catch (thrown) {
      if (stop.aborted && !(thrown instanceof ExitError)) return
      if (context.now() - startedMs > HEALTHY_MS) attempt = 1
      await recover(context, options, thrown, attempt, stop)
    }
  }
}

async function recover(
  context: Context,
  options: LeaderOptions,
  thrown: unknown,
  attempt: number,
  stop: AbortSignal,
): Promise<void> {
  if (thrown instanceof ExitError) throw thrown
  const code = thrown instanceof pg.DatabaseError ? thrown.code : undefined
  if (code === OBJECT_IN_USE) {
    if (!options.standsBy) throw new ExitError(EXIT_BUSY, 'another instance leads: its slot is in use')
    context.log.info('another instance leads: standing by')
    return await pause(STANDBY_MS * (1 + 2 * context.random()), stop)
  }
  if (code === UNDEFINED_TABLE || code === INVALID_SCHEMA) {
    throw new ExitError(EXIT_PREFLIGHT, `${messageOf(thrown)}: run bin/aisle migrate first`, {
      cause: thrown,
    })
  }
  if (code === UNDEFINED_OBJECT && messageOf(thrown).includes(context.names.publication)) {
    context.log.error('the slot is older than its publication and can never be read: a new one is made')
    await dropSlot(context.pool, context.names.slot)
    return
  }
  if (code !== undefined && NEEDS_A_PERSON.has(code)) {
    throw new ExitError(EXIT_HALTED, `Postgres refuses: ${messageOf(thrown)} (${code})`, { cause: thrown })
  }
  context.log.warn({ reason: messageOf(thrown), code }, 'the session ended and is begun again')
  await pause(backoffMs(RECONNECT, attempt, context.random()), stop)
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, stop).catch(() => undefined) // stopped: the caller looks at the signal
}

/**
 * The publication first: a slot made before it answers 42704 for ever (fact E13).
 * @throws ExitError(4) with the command to type when the publication is missing or watches too little
 */
async function ensureSlot(context: Context): Promise<void> {
  const { pool, names, mapping, log } = context
  const published = await readPublication(pool, names.publication)
  const wanted = Object.keys(mapping.affected)
  if (published === null) {
    throw new ExitError(
      EXIT_HALTED,
      `there is no publication ${names.publication}; type: create publication ${names.publication} for table ${[...wanted, 'outbox'].join(', ')} with (publish_via_partition_root = true)`,
    )
  }
  const missing = wanted.filter((table) => !published.includes(table))
  if (missing.length > 0) {
    throw new ExitError(
      EXIT_HALTED,
      `the publication lacks tables; type: alter publication ${names.publication} add table ${missing.join(', ')}`,
    )
  }
  const slot = await readSlot(pool, names.slot)
  if (slot?.walStatus === 'lost') {
    log.error(
      { slot: names.slot },
      'the slot has lost its WAL: a new one is made and the index is built again',
    )
    await dropSlot(pool, names.slot)
  } else if (slot) return
  await makeSlot(context)
}

async function makeSlot(context: Context): Promise<void> {
  const { pool, names, log } = context
  log.info({ slot: names.slot }, 'making the slot: this waits for open write transactions')
  const { version } = await readServer(pool)
  await oweBeforeSlot(pool, EVENTS_KEPT)
  const connection = await openConnection(context.databaseUrl)
  try {
    await createSlot(connection, names.slot, version)
  } catch (thrown) {
    // Somebody else made it meanwhile: whoever gets to read it leads.
    if (!(thrown instanceof pg.DatabaseError && thrown.code === DUPLICATE_OBJECT)) throw thrown
  } finally {
    await closeConnection(connection)
  }
}

const OBJECT_IN_USE = '55006'
const DUPLICATE_OBJECT = '42710'
const UNDEFINED_TABLE = '42P01'
const INVALID_SCHEMA = '3F000'
/** No such slot, or no such publication as of the slot's position. */
const UNDEFINED_OBJECT = '42704'
/** Column dropped, privilege taken, wrong password: trying again changes nothing. */
const NEEDS_A_PERSON: ReadonlySet<string> = new Set(['42703', '42501', '28P01', '28000', '3D000'])
