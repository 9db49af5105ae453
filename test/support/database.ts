/**
 * A database for one test file: a copy of the migrated template, under a name that is also the namespace of its
 * replication slot, its indices and its Redis keys. Everything of that name is removed at the end of the file.
 */
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { createPool } from '../../src/postgres/pool.ts'
import { databaseUrl, onServer } from './servers.ts'

/** A file's own place on the servers. */
export type TestDatabase = {
  /** Of the database; lower-case letters, digits and `_`. Also `AISLE_NAMESPACE` by default. */
  readonly namespace: string
  readonly postgresUrl: string
  readonly elasticsearchUrl: string
  readonly redisUrl: string
  readonly pool: pg.Pool
  /** Environment of a process of the product that is to use this database. */
  readonly env: Readonly<Record<string, string>>
}

const LONGEST_NAME = 41
const POOL_SIZE = 5
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * Make a database for this file; it is dropped after the file's last test. Call at the top of the file.
 * @param name short, what the file is about: lower-case letters, digits and `_`; unique over the test files
 */
export async function useDatabase(name: string): Promise<TestDatabase> {
  const servers = inject('servers')
  const namespace = `t_${servers.run}_${name}`
  if (!/^[a-z0-9_]+$/.test(name) || namespace.length > LONGEST_NAME) {
    throw new RangeError(`name of a test database: short, lower-case letters, digits and _; got ${name}`)
  }
  await onServer(servers.postgres, `create database ${namespace} template ${servers.template}`)
  const postgresUrl = databaseUrl(servers.postgres, namespace)
  const pool = createPool({
    url: postgresUrl,
    applicationName: 'aisle-test',
    size: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  afterAll(async () => {
    await pool.end()
    await Promise.all([
      dropDatabase(servers.postgres, namespace),
      deleteIndices(servers.elasticsearch, namespace),
      deleteKeys(servers.redis, namespace),
    ])
  })
  return {
    namespace,
    postgresUrl,
    elasticsearchUrl: servers.elasticsearch,
    redisUrl: servers.redis,
    pool,
    env: {
      DATABASE_URL: postgresUrl,
      ELASTICSEARCH_URL: servers.elasticsearch,
      REDIS_URL: servers.redis,
      AISLE_CURSOR_SECRET: 'cursors-of-a-test-are-signed-with-this',
    },
  }
}

/** A slot holds its database: readers are ended, slots dropped, then the database. */
async function dropDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    const { rows } = await client.query<{ slot_name: string }>(
      'select slot_name from pg_replication_slots where database = $1',
      [name],
    )
    for (const { slot_name } of rows) await dropSlot(client, slot_name)
    await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`)
  } finally {
    await client.end()
  }
}

/** A slot stays "active" for a moment after its reader was ended; the server says so and is asked again. */
async function dropSlot(client: pg.Client, slot: string): Promise<void> {
  const endsAt = performance.now() + SLOT_DEADLINE_MS
  while (true) {
    try {
      await client.query('select pg_drop_replication_slot($1)', [slot])
      return
    } catch (thrown) {
      const isInUse = thrown instanceof pg.DatabaseError && thrown.code === OBJECT_IN_USE
      if (!isInUse || performance.now() > endsAt) throw thrown
      await client.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1 and active',
        [slot],
      )
    }
  }
}

async function deleteIndices(url: string, namespace: string): Promise<void> {
  const names = `${namespace}-*,.${namespace}-*`
  const listed = await fetch(`${url}/_cat/indices/${names}?format=json&h=index&expand_wildcards=all`)
  const indices = ((await listed.json()) as { index: string }[]).map(({ index }) => index)
  if (indices.length === 0) return
  const deleted = await fetch(`${url}/${indices.join(',')}`, { method: 'DELETE' })
  if (!deleted.ok) throw new Error(`indices of ${namespace} could not be deleted: ${await deleted.text()}`)
}

async function deleteKeys(url: string, namespace: string): Promise<void> {
  const redis = new Redis(url)
  try {
    for await (const keys of redis.scanStream({ match: `${namespace}:*`, count: 1_000 })) {
      if (keys.length > 0) await redis.unlink(...(keys as string[]))
    }
  } finally {
    redis.disconnect()
  }
}

const SLOT_DEADLINE_MS = 10_000
/** SQLSTATE object_in_use. */
const OBJECT_IN_USE = '55006'
