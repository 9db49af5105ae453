/** Removes everything of one database from the servers: slots, the database, its indices, its Redis keys. */
import { Redis } from 'ioredis'
import pg from 'pg'
import { askElasticsearch } from './elasticsearch.ts'
import { databaseUrl } from './postgres.ts'

/** A server drops a reader it has ended a moment later. */
const SLOT_DEADLINE_MS = 10_000
/** SQLSTATE object_in_use. */
const OBJECT_IN_USE = '55006'

export type WipeUrls = { readonly postgres: string; readonly elasticsearch: string; readonly redis: string }

/** @param database also the namespace of slot, indices and keys. Nothing happens when it is not there. */
export async function wipeDatabase(urls: WipeUrls, database: string): Promise<void> {
  await Promise.all([
    dropDatabase(urls.postgres, database),
    deleteIndices(urls.elasticsearch, database),
    deleteKeys(urls.redis, database),
  ])
}

/** A slot holds its database: readers are ended, slots dropped, then the database. */
async function dropDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(url, 'postgres') })
  await client.connect()
  try {
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
    const { rows } = await client.query<{ slot_name: string }>(
      'select slot_name from pg_replication_slots where database = $1',
      [name],
    )
    for (const { slot_name } of rows) await dropSlot(client, slot_name)
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`)
  } finally {
    await client.end()
  }
}

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

/** Every index of a namespace. */
export async function deleteIndices(url: string, namespace: string): Promise<void> {
  const pattern = `${namespace}-*,.${namespace}-*`
  const listed = await askElasticsearch(
    url,
    `_cat/indices/${pattern}?format=json&h=index&expand_wildcards=all`,
  )
  if (!listed.ok) throw new Error(`indices of ${namespace} could not be listed: ${await listed.text()}`)
  const indices = ((await listed.json()) as { index: string }[]).map(({ index }) => index)
  if (indices.length === 0) return
  const deleted = await askElasticsearch(url, indices.join(','), { method: 'DELETE' })
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
