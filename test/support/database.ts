/**
 * A database for one test file: a copy of the migrated template, under a name that is also the namespace of its
 * replication slot, its indices and its Redis keys. Everything of that name is removed at the end of the file.
 */
import type pg from 'pg'
import { afterAll, inject } from 'vitest'
import { createPool } from '../../src/postgres/pool.ts'
import { databaseUrl } from '../../stack/postgres.ts'
import { wipeDatabase } from '../../stack/wipe.ts'
import { TEST_AUTH_KEY } from './identity.ts'
import { onServer } from './servers.ts'

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

/** One customer of a test does in a second what a real one does in an hour; limits have tests of their own. */
const WITHOUT_LIMITS = { AISLE_HOLD_RATE: '1000000', AISLE_ORDER_RATE: '1000000' }
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
    await wipeDatabase(servers, namespace)
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
      AISLE_AUTH_KEY: TEST_AUTH_KEY,
      ...WITHOUT_LIMITS,
    },
  }
}
