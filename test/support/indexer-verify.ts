/** `verify --deep` inside the test's own process, which saves the start of one for every look. */
import { onTestFinished } from 'vitest'
import { aliasedIndices } from '../../indexer/adapters/indices.ts'
import { streamPosition } from '../../indexer/adapters/stream-position.ts'
import { verifyDocuments } from '../../indexer/adapters/verify-documents.ts'
import { verifyRows } from '../../indexer/adapters/verify-rows.ts'
import { type Result, runVerify } from '../../indexer/cli/verify-run.ts'
import type { Difference } from '../../indexer/core/verify.ts'
import mapping from '../../mappings/items.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { type Client, createElasticsearch } from '../../src/elasticsearch/client.ts'
import type { TestDatabase } from './database.ts'
import { waitFor } from './wait-for.ts'

const FIRST_INDEX_MS = 60_000
const WAIT_MS = 60_000

/** A client that ends with the test. */
export function elasticsearchOf(database: TestDatabase): Client {
  const client = createElasticsearch({
    url: database.elasticsearchUrl,
    maxConnections: 4,
    requestTimeoutMs: 30_000,
  })
  onTestFinished(() => client.close())
  return client
}

/** The index that search reads; waits for the first one. */
export async function liveIndexOf(client: Client, namespace: string): Promise<string> {
  const { itemsAlias } = namesFor(namespace)
  const [index] = await waitFor(
    'there is an index',
    async () => {
      const found = await aliasedIndices(client, itemsAlias)
      return found.length > 0 && found
    },
    { deadlineMs: FIRST_INDEX_MS },
  )
  return index ?? ''
}

/** Compare every document of the live index whole, after everything written before the call is durable. */
export async function verifyDeep(
  database: TestDatabase,
  client: Client,
): Promise<{ readonly differences: readonly Difference[]; readonly result: Result }> {
  const names = namesFor(database.namespace)
  const index = await liveIndexOf(client, database.namespace)
  const stream = streamPosition(database.pool, client, { ...names, index, isLive: true })
  const mark = await stream.mark()
  await waitFor('the stream has passed the last write', async () => (await stream.reached(mark)).hasPassed, {
    deadlineMs: WAIT_MS,
  })
  const differences: Difference[] = []
  const result = await runVerify(
    {
      rows: verifyRows(database.pool, mapping),
      documents: verifyDocuments(client, index, mapping.idColumn),
      stream,
    },
    { by: 'deep' },
    {
      waitMs: WAIT_MS,
      signal: new AbortController().signal,
      onDifference: (difference) => differences.push(difference),
      onProgress: () => undefined,
    },
  )
  return { differences, result }
}
