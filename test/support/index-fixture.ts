/**
 * An items index filled from a database without the indexer, for tests of search: the documents are those of the
 * mapping, the rows those of its own statements.
 */
import type { Mapping } from '../../mappings/define.ts'
import items from '../../mappings/items.ts'
import { indexName, namesFor } from '../../src/catalog/names.ts'
import type { Client } from '../../src/elasticsearch/client.ts'
import type { Pool } from '../../src/postgres/pool.ts'

const BATCH = 2_000
const TIMEOUT_MS = 60_000

/**
 * Make generation 1 of the items index of a namespace, load every active item, and put the alias on it.
 * @returns documents written
 */
export async function fillItemsIndex(client: Client, pool: Pool, namespace: string): Promise<number> {
  const alias = namesFor(namespace).itemsAlias
  const index = indexName(alias, 1)
  await client.indices.create(
    {
      index,
      settings: { ...items.settings, number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1' },
      mappings: { dynamic: 'strict', properties: items.properties as Record<string, object> },
    } as Parameters<Client['indices']['create']>[0],
    { requestTimeout: TIMEOUT_MS },
  )
  let written = 0
  for await (const documents of documentBatches(pool, items)) {
    const operations = documents.flatMap((document) => [
      { index: { _index: index, _id: String(document['item_id']) } },
      document,
    ])
    const reply = await client.bulk({ operations }, { requestTimeout: TIMEOUT_MS })
    if (reply.errors) throw new Error(`bulk refused: ${JSON.stringify(reply.items[0])}`)
    written += documents.length
  }
  await client.indices.refresh({ index }, { requestTimeout: TIMEOUT_MS })
  await client.indices.putAlias({ index, name: alias })
  return written
}

/** Documents of every active item, in batches by id. */
export async function* documentBatches(
  pool: Pool,
  mapping: Mapping,
): AsyncGenerator<Readonly<Record<string, unknown>>[]> {
  for (let last = '0'; ; ) {
    const { rows } = await pool.query<Record<string, unknown>>(mapping.load, [last, BATCH])
    const found = rows.filter((row) => row[mapping.idColumn] !== null)
    if (found.length === 0) return
    yield found.map((row) => mapping.toDocument(row))
    last = String(found.at(-1)?.[mapping.idColumn])
  }
}
