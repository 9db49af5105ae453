/**
 * One look at everything that tells how the indexer is. Each server is asked for itself, with a deadline, so that
 * a server that is away takes only its own lines from the answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Mapping, mappingVersion } from '../../mappings/define.ts'
import type { Names } from '../../src/catalog/names.ts'
import type { Client } from '../../src/elasticsearch/client.ts'
import { messageOf } from '../../src/errors.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { type IndexStatus, readIndexStatus } from '../adapters/status-indices.ts'
import { type PostgresStatus, readPostgresStatus, readSlots } from '../adapters/status-postgres.ts'
import { streamPosition } from '../adapters/stream-position.ts'
import type { Lsn } from '../core/lsn.ts'
import { type Lag, secondsToLoss } from '../core/status.ts'

export type Servers = {
  readonly pool: Pool
  readonly client: Client
  readonly names: Names
  readonly mapping: Mapping
}

export type Look = {
  readonly at: string
  readonly postgres: PostgresStatus | null
  readonly indices: readonly IndexStatus[] | null
  /** Server to why it could not be asked. */
  readonly down: Readonly<Record<string, string>>
  /** Somebody reads the slot. null: Postgres is away. */
  readonly is_running: boolean | null
  readonly lag: Lag
  /** At the growth of this moment; null: no bound, or no growth. */
  readonly seconds_to_loss: number | null
  /** Version of the mapping file of this program. */
  readonly mapping_version: string
}

const LAG_POLL_MS = 50

/** @param lagMs longest time to wait for a commit of now to become durable */
export async function lookAt(servers: Servers, lagMs: number, signal: AbortSignal): Promise<Look> {
  const { pool, client, names, mapping } = servers
  const startedAt = performance.now()
  const down: Record<string, string> = {}
  const away = (server: string) => (thrown: unknown) => {
    down[server] = messageOf(thrown)
    return null
  }
  const [postgres, indices] = await Promise.all([
    readPostgresStatus(pool, names.slot, mapping).catch(away('postgres')),
    readIndexStatus(client, names).catch(away('elasticsearch')),
  ])
  const slot = postgres?.slots.find((candidate) => candidate.own) ?? null
  const lag = await (slot?.active
    ? measureLag(servers, indices ?? [], lagMs, signal)
    : lagWithoutReader(slot))
  const after = slot && (await readSlots(pool, names.slot).catch(away('postgres')))?.find(({ own }) => own)
  const elapsedSeconds = (performance.now() - startedAt) / 1_000
  return {
    at: new Date().toISOString(),
    postgres,
    indices,
    down,
    is_running: postgres ? slot?.active === true : null,
    lag,
    seconds_to_loss: slot && after ? secondsToLoss(slot, after, elapsedSeconds) : null,
    mapping_version: mappingVersion(mapping),
  }
}

/** Nobody reads: what is not acknowledged waits since the reader left. */
function lagWithoutReader(slot: { lag_bytes: number | null; inactive_seconds: number | null } | null): Lag {
  return { seconds: slot?.lag_bytes === 0 ? 0 : (slot?.inactive_seconds ?? null), is_at_least: true }
}

/** Write a message into the WAL and see how long it takes until everything before it is durable. */
async function measureLag(
  { pool, client, names }: Servers,
  indices: readonly IndexStatus[],
  lagMs: number,
  signal: AbortSignal,
): Promise<Lag> {
  const index = indices.find((candidate) => candidate.is_live)?.index ?? ''
  const stream = streamPosition(pool, client, { ...names, index, isLive: true })
  const startedAt = performance.now()
  const hasPassed = async (lsn: Lsn) => (await stream.reached(lsn)).hasPassed
  const mark = await stream.mark().catch(() => null) // Postgres went away since it was asked: unknown
  if (mark === null) return { seconds: null, is_at_least: true }
  for (;;) {
    const isDone = await hasPassed(mark).catch(() => false) // a server that is away has not got it
    const waitedMs = performance.now() - startedAt
    if (isDone || waitedMs > lagMs) return { seconds: waitedMs / 1_000, is_at_least: !isDone }
    await sleep(LAG_POLL_MS, undefined, { signal })
  }
}
