/**
 * Small facts in `indexer.state`, one row each: the build that runs or was asked for, and the documents that
 * Elasticsearch refuses for their content.
 */
import { z } from 'zod'
import type { Pool } from '../../src/postgres/pool.ts'
import { PHASES } from '../core/state.ts'

const BUILD_KEY = 'build'
const DEAD_PREFIX = 'dead/'

const BuildRow = z.object({
  id: z.string(),
  /** requested: by a person, nobody has begun; running; done; failed */
  state: z.enum(['requested', 'running', 'done', 'failed']),
  reason: z.string(),
  /** How long the replaced index is fed and kept, seconds. */
  keep_seconds: z.number().int().min(0),
  index: z.string().nullable(),
  phase: z.enum(PHASES as [string, ...string[]]).nullable(),
  /** Share of the load, 0..1. */
  progress: z.number(),
  /** Documents copied by the load. */
  documents: z.number().int(),
  message: z.string().nullable(),
})

/** A build of an index: asked for by `reindex`, or begun by the leader itself. */
export type Build = z.infer<typeof BuildRow>

/** The last build, or null. */
export async function readBuild(pool: Pool): Promise<Build | null> {
  const { rows } = await pool.query<{ value: unknown }>(
    'select value from indexer.state where key = $1::text',
    [BUILD_KEY],
  )
  return rows[0] ? BuildRow.parse(rows[0].value) : null
}

export async function writeBuild(pool: Pool, build: Build): Promise<void> {
  await writeValue(pool, BUILD_KEY, build)
}

/** A write that Elasticsearch refused for its content. No row values: the reason is cleaned before. */
export type DeadDocument = {
  readonly index: string
  readonly id: string
  readonly operation: string
  readonly version: string
  readonly error_type: string
  readonly reason: string
}

/** Record it; from then on the write counts as done. */
export async function recordDead(pool: Pool, dead: DeadDocument): Promise<void> {
  await writeValue(pool, deadKey(dead.index, dead.id), dead)
}

/** A newer write of this id succeeded. */
export async function forgetDead(pool: Pool, index: string, id: string): Promise<void> {
  await pool.query('delete from indexer.state where key = $1::text', [deadKey(index, id)])
}

/** All of an index that was deleted. */
export async function forgetDeadOf(pool: Pool, index: string): Promise<void> {
  await pool.query(`delete from indexer.state where starts_with(key, $1::text)`, [`${DEAD_PREFIX}${index}/`])
}

/** Ids of the dead documents of an index. */
export async function readDeadIds(pool: Pool, index: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select value->>'id' as id from indexer.state where starts_with(key, $1::text)`,
    [`${DEAD_PREFIX}${index}/`],
  )
  return rows.map((row) => row.id)
}

function deadKey(index: string, id: string): string {
  return `${DEAD_PREFIX}${index}/${id}`
}

async function writeValue(pool: Pool, key: string, value: unknown): Promise<void> {
  await pool.query(
    `insert into indexer.state (key, value) values ($1::text, $2::jsonb)
     on conflict (key) do update set value = excluded.value, updated_at = clock_timestamp()`,
    [key, JSON.stringify(value)],
  )
}

const INVALIDATION_KEY = 'invalidation'

/** How the last leader ended: `clean` after the invalidation log had everything, else `running`; null: none has led. */
export async function readInvalidationEnd(pool: Pool): Promise<'clean' | 'running' | null> {
  const { rows } = await pool.query<{ value: unknown }>(
    'select value from indexer.state where key = $1::text',
    [INVALIDATION_KEY],
  )
  if (rows[0] === undefined) return null
  return rows[0].value === 'clean' ? 'clean' : 'running'
}

export async function writeInvalidationEnd(pool: Pool, end: 'running' | 'clean'): Promise<void> {
  await writeValue(pool, INVALIDATION_KEY, end)
}
