/**
 * The floor of an initial load: a plain loop that reads the same joined rows and sends the same bulks, without
 * versions, cursors, changes or repeats.
 */

import { createIndex, deleteIndex } from '../indexer/adapters/indices.ts'
import { loadRows } from '../indexer/adapters/rows.ts'
import type { Mapping } from '../mappings/define.ts'
import type { Place } from './place.ts'

/** Documents of one bulk, as the indexer sends them. */
const BULK = 1_000

/**
 * @param open bulks under way at most; each reads its own page first
 * @returns documents per second
 */
export async function plainLoad(place: Place, mapping: Mapping, open: number): Promise<number> {
  const { client, pool, names } = place
  const index = `${names.namespace}-floor`
  await createIndex(client, index, mapping)
  const startedAt = performance.now()
  let documents = 0
  let reading: Promise<bigint | null> = Promise.resolve(0n)
  const readPage = () => {
    const page = reading.then((after) => (after === null ? null : loadRows(pool, mapping, after, BULK)))
    reading = page.then((found) => found?.last ?? null)
    return page
  }
  const sendAll = async () => {
    for (let page = await readPage(); page !== null && page.bodies.size > 0; page = await readPage()) {
      const lines = [...page.bodies].map(
        ([id, body]) => `{"index":{"_id":"${id}"}}\n${JSON.stringify(body)}\n`,
      )
      await send(place, index, lines.join(''))
      documents += page.bodies.size
    }
  }
  await Promise.all(Array.from({ length: open }, sendAll))
  const seconds = (performance.now() - startedAt) / 1_000
  await deleteIndex(client, index)
  return documents / seconds
}

/** @throws Error when any document was refused */
async function send({ client }: Place, index: string, bulkBody: string): Promise<void> {
  const answer = await client.transport.request<{ errors: boolean }>({
    method: 'POST',
    path: `/${index}/_bulk`,
    querystring: { filter_path: 'errors' },
    bulkBody,
  })
  if (answer.errors) throw new Error('the plain loop was refused a document')
}
