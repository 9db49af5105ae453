/** One question to each part of an installation, with a short deadline and an answer in words. */
import { Redis } from 'ioredis'
import { namesFor } from '../catalog/names.ts'
import { parseConfig } from '../config.ts'
import { createElasticsearch } from '../elasticsearch/client.ts'
import { messageOf } from '../errors.ts'
import { createPool } from '../postgres/pool.ts'

export type Health = {
  readonly name: string
  readonly isHealthy: boolean
  /** Without a password. */
  readonly url: string
  readonly says: string
}

const ASK_MS = 3_000

/** @param indexerUrl of the metrics of a running indexer, for the lag in seconds */
export async function postgresHealth(url: string, indexerUrl: string | null): Promise<Health> {
  return await ask('postgres', url, async () => {
    const pool = createPool({ url, applicationName: 'aisle-status', size: 1, statementTimeoutMs: ASK_MS })
    try {
      const migrated = await pool.query<{ found: string | null }>(
        `select to_regclass('public.items') as found`,
      )
      if (!migrated.rows[0]?.found) return 'no tables yet: bin/aisle migrate makes them'
      const { rows } = await pool.query<{ items: string }>(
        `select count(*) as items from items where status = 'active'`,
      )
      const slot = await pool.query<{ behind: string; active: boolean }>(
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint as behind, active
           from pg_replication_slots where slot_name = $1`,
        [namesOf(url).slot],
      )
      return `${rows[0]?.items ?? 0} items; ${await lagText(slot.rows[0], indexerUrl)}`
    } finally {
      await pool.end()
    }
  })
}

/** The index is behind by time (from the indexer) and by change log (from the slot). */
async function lagText(
  slot: { behind: string; active: boolean } | undefined,
  indexerUrl: string | null,
): Promise<string> {
  if (!slot) return 'no indexer has read it yet'
  const seconds = indexerUrl ? await indexLag(indexerUrl) : null
  const time = seconds === null ? '' : `${seconds.toFixed(1)} s, `
  return `index behind by ${time}${slot.behind} bytes of WAL${slot.active ? '' : ', no indexer is reading'}`
}

async function indexLag(indexerUrl: string): Promise<number | null> {
  const response = await fetch(new URL('/metrics', indexerUrl), { signal: AbortSignal.timeout(ASK_MS) })
  const value = /^index_lag_seconds(?:\{[^}]*\})? (\S+)/m.exec(await response.text())?.[1]
  return value === undefined ? null : Number(value)
}

export async function elasticsearchHealth(url: string, databaseUrl: string): Promise<Health> {
  return await ask('elasticsearch', url, async () => {
    const client = createElasticsearch({ url, maxConnections: 1, requestTimeoutMs: ASK_MS })
    try {
      const { status } = await client.cluster.health()
      const { itemsAlias } = namesOf(databaseUrl)
      if (!(await client.indices.exists({ index: itemsAlias }))) return `${status}; no index of items yet`
      const { count } = await client.count({
        index: itemsAlias,
        query: { bool: { must_not: { term: { tombstone: true } } } },
      })
      return `${status}; ${count} items in the index`
    } finally {
      await client.close()
    }
  })
}

export async function redisHealth(url: string): Promise<Health> {
  return await ask('redis', url, async () => {
    const client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: ASK_MS,
      commandTimeout: ASK_MS,
      retryStrategy: () => null,
    })
    client.on('error', () => undefined) // connect() rejects with it
    try {
      await client.connect()
      await client.ping()
      return 'answers'
    } finally {
      client.disconnect()
    }
  })
}

export async function apiHealth(url: string): Promise<Health> {
  return await ask('api', url, async () => {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(ASK_MS) })
    if (!response.ok) throw new Error(`/readyz answers ${response.status}`)
    return 'ready'
  })
}

async function ask(name: string, url: string, question: () => Promise<string>): Promise<Health> {
  const shown = withoutPassword(url)
  try {
    return { name, isHealthy: true, url: shown, says: await question() }
  } catch (thrown) {
    return { name, isHealthy: false, url: shown, says: messageOf(thrown) }
  }
}

function withoutPassword(url: string): string {
  const shown = new URL(url)
  if (shown.password) shown.password = '***'
  return shown.href
}

/** Names on the shared servers: of the environment's namespace, else of the database. */
function namesOf(databaseUrl: string) {
  const parsed = parseConfig(
    { DATABASE_URL: databaseUrl, ELASTICSEARCH_URL: 'http://unused', REDIS_URL: 'redis://unused' },
    'other',
  )
  if (!parsed.ok) throw new Error(`cannot tell the names for ${withoutPassword(databaseUrl)}`)
  return namesFor(parsed.config.AISLE_NAMESPACE)
}
