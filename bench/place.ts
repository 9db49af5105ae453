/** A database, indices and keys of one benchmark: made from nothing, and nothing is left of them. */
import { join } from 'node:path'

import { type Names, namesFor } from '../src/catalog/names.ts'
import { type Client, createElasticsearch } from '../src/elasticsearch/client.ts'
import { migrate } from '../src/postgres/migrate.ts'
import { createPool, type Pool } from '../src/postgres/pool.ts'
import { ensureDatabase } from '../stack/postgres.ts'
import { CHECKOUT } from '../stack/state.ts'
import { until } from '../stack/wait.ts'
import { wipeDatabase } from '../stack/wipe.ts'
import type { Setting } from './benchmark.ts'
import { run } from './processes.ts'

export type Place = {
  readonly setting: Setting
  readonly names: Names
  readonly pool: Pool
  readonly client: Client
  /** Of a process of the product that uses this place. */
  readonly env: Readonly<Record<string, string>>
}

const POOL_SIZE = 8
const PATIENCE_MS = 600_000

/** @param name lower-case letters */
export async function withPlace<T>(
  setting: Setting,
  name: string,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const namespace = `bench_${process.pid.toString(36)}_${name}`
  const url = await ensureDatabase(setting.urls.postgres, namespace)
  const pool = createPool({
    url,
    applicationName: 'aisle-bench',
    size: POOL_SIZE,
    statementTimeoutMs: PATIENCE_MS,
  })
  const client = createElasticsearch({
    url: setting.urls.elasticsearch,
    maxConnections: POOL_SIZE,
    requestTimeoutMs: PATIENCE_MS,
  })
  try {
    await migrate(pool)
    const env = {
      DATABASE_URL: url,
      ELASTICSEARCH_URL: setting.urls.elasticsearch,
      REDIS_URL: setting.urls.redis,
      AISLE_REDIS_CACHE_URL: setting.urls.redis_cache,
      AISLE_CURSOR_SECRET: setting.secrets.cursor_secret,
      AISLE_AUTH_KEY: setting.secrets.auth_key,
    }
    return await work({ setting, names: namesFor(namespace), pool, client, env })
  } finally {
    await Promise.all([pool.end(), client.close()])
    await wipeDatabase(setting.urls, namespace)
  }
}

/** Synthetic items, the same for every run. */
export async function seed(place: Place, items: number): Promise<void> {
  place.setting.say(`loading ${items} items into Postgres`)
  const command = [join(CHECKOUT, 'src/cli/main.ts'), 'seed', '--items', String(items)]
  await run(place.setting, command, place.env)
  await place.pool.query('vacuum analyze')
}

/** Wait until search shows this many items. */
export async function untilShown(place: Place, items: number): Promise<void> {
  place.setting.say(`waiting until ${items} items are searchable`)
  await until(
    `${items} items are searchable`,
    async () =>
      (await place.client.count({ index: place.names.itemsAlias })).count >= items ? true : undefined,
    { deadlineMs: PATIENCE_MS, everyMs: 100, signal: place.setting.signal },
  )
}

/** Wait until there are suggestions. */
export async function untilSuggesting({ client, names, setting }: Place): Promise<void> {
  setting.say('waiting for suggestions')
  await until(
    'there are suggestions',
    async () => ((await client.indices.existsAlias({ name: names.suggestionsAlias })) ? true : undefined),
    { deadlineMs: PATIENCE_MS, everyMs: 100, signal: setting.signal },
  )
}
