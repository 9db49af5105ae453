/**
 * The Icecat products in a test's own database, items index and suggestion index, loaded by the product's own
 * import. About 15 s, so one test file uses it.
 */
import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import type { Client } from '../../src/elasticsearch/client.ts'
import { runAisle } from './aisle-command.ts'
import { DATA } from './capabilities.ts'
import type { TestDatabase } from './database.ts'
import { fillItemsIndex } from './index-fixture.ts'
import { startProcess } from './processes.ts'
import { waitFor } from './wait-for.ts'

export const ICECAT_ITEMS = 19_406
const LOAD_DEADLINE_MS = 120_000

/** Call inside a `describeWith('data-icecat', ...)`. */
export function useIcecat(database: TestDatabase, client: Client): void {
  beforeAll(async () => {
    const file = join(DATA, 'icecat', 'products.jsonl.gz')
    const { code, stderr } = await runAisle(database.env, 'import', file)
    if (code !== 0) throw new Error(`import ended with ${code}: ${stderr}`)
    const written = await fillItemsIndex(client, database.pool, database.namespace)
    if (written !== ICECAT_ITEMS) throw new Error(`${written} documents were written, not ${ICECAT_ITEMS}`)
    const worker = await startProcess('worker', database.env)
    const { suggestionsAlias } = namesFor(database.namespace)
    await waitFor('suggestions are there', () => client.indices.existsAlias({ name: suggestionsAlias }), {
      deadlineMs: LOAD_DEADLINE_MS,
      everyMs: 100,
    })
    await worker.stop()
  }, LOAD_DEADLINE_MS)
}

/** Products with a code of 4 letters and digits or more, as the database has them. */
export async function codedItems(
  database: TestDatabase,
): Promise<{ id: string; name: string; code: string }[]> {
  const { rows } = await database.pool.query<{ id: string; name: string; code: string }>(
    `select item_id as id, name, code from items, unnest(codes) code
      where length(regexp_replace(code, '[^A-Za-z0-9]', '', 'g')) >= 4 order by item_id, code`,
  )
  return rows
}
