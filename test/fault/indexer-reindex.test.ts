/**
 * A reindex while changes go on (indexer design 3.4): searches of the alias see the old index or the new one, never
 * none and never half of one; the new index is the table; an indexer that is killed on the way goes on or begins anew.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { familyOf } from '../../indexer/adapters/indices.ts'
import { namesFor } from '../../src/catalog/names.ts'
import type { Client } from '../../src/elasticsearch/client.ts'
import { messageOf } from '../../src/errors.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { startWriting, type Writing } from '../support/catalogue-writer.ts'
import { checkClaims } from '../support/claims.ts'
import { useDatabase } from '../support/database.ts'
import { runIndexer } from '../support/indexer-command.ts'
import { elasticsearchOf, liveIndexOf, verifyDeep } from '../support/indexer-verify.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed, say } from '../support/seed.ts'
import { fillCatalogue } from '../support/small-catalogue.ts'

const ITEMS = 4_000
const CATEGORIES = 6
const PER_SECOND = 200
/** Of the items of the start: writers delete and hide some. */
const LEAST_FOUND = ITEMS * 0.8
/** Of each of two shoppers: about 300 searches a second in all, and the writers get some of the machine. */
const SEARCH_EVERY_MS = 5
/** The last one comes between the swap of the alias and its record. */
const KILLS = IS_SOAK ? 20 : 3

const database = await useDatabase('reindex')
const names = namesFor(database.namespace)
let indexer: RunningProcess

beforeAll(async () => {
  await fillCatalogue(database.pool, { items: ITEMS, categories: CATEGORIES })
  indexer = await startProcess('indexer', database.env)
})
afterAll(() => indexer.stop())

function write(seed: number): Writing {
  const writing = startWriting({
    url: database.postgresUrl,
    perSecond: PER_SECOND,
    seed,
    items: ITEMS,
    categories: CATEGORIES,
  })
  onTestFinished(() => writing.stop())
  return writing
}

type Searches = { readonly answers: number; readonly faults: readonly string[] }

/** Search the alias until stopped. */
function searchOn(client: Client): { stop(): Promise<Searches> } {
  const faults: string[] = []
  let answers = 0
  let isStopping = false
  const searching = async (): Promise<void> => {
    while (!isStopping) {
      try {
        const { hits } = await client.search({
          index: names.itemsAlias,
          size: 1,
          track_total_hits: true,
          query: { term: { currency: 'EUR' } },
        })
        const total = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0)
        if (total < LEAST_FOUND) faults.push(`${total} items found`)
      } catch (thrown) {
        faults.push(messageOf(thrown))
      }
      answers += 1
      await sleep(SEARCH_EVERY_MS)
    }
  }
  const done = Promise.all([searching(), searching()])
  const stop = async () => {
    isStopping = true
    await done
    return { answers, faults }
  }
  onTestFinished(async () => {
    await stop()
  })
  return { stop }
}

async function tombstonesOf(client: Client): Promise<number> {
  const { count } = await client.count({ index: names.itemsAlias, query: { term: { tombstone: true } } })
  return count
}

test('searches fail at no moment of a reindex under writes, and the new index is the table', async () => {
  const client = elasticsearchOf(database)
  const before = await liveIndexOf(client, database.namespace)
  const writing = write(chooseSeed('reindex'))
  const searching = searchOn(client)
  const claims = checkClaims(database, client)
  const end = await runIndexer(database.env, 'reindex', '--keep', '0', '--json')
  const { claimed, early } = await claims.stop()
  const { answers, faults } = await searching.stop()
  await writing.stop()
  say(
    `reindex of ${ITEMS} items: ${answers} searches, ${writing.written} rows written, ${claimed} commits claimed`,
  )
  expect(end.code, end.stderr).toBe(0)
  expect(end.json().at(-1)).toMatchObject({ state: 'done', phase: 'live' })
  expect(faults).toEqual([])
  expect(early).toEqual([]) // also while the alias is swapped
  expect(claimed).toBeGreaterThan(5)
  expect((await verifyDeep(database, client)).differences).toEqual([])
  expect(await tombstonesOf(client)).toBe(0)
  const after = await liveIndexOf(client, database.namespace)
  expect(after).not.toBe(before)
  expect(await familyOf(client, names.itemsAlias)).toEqual([after])
})

/** Search reads another index than `before`; the indexer has not written that down yet. */
async function swapped(client: Client, before: string): Promise<void> {
  while ((await liveIndexOf(client, database.namespace)) === before) await sleep(1)
}

test(
  `I1 and I2: ${KILLS} reindexes whose indexer is killed end complete, and leave one index`,
  async () => {
    const seed = chooseSeed('reindex killed')
    const random = randomBy(seed)
    const client = elasticsearchOf(database)
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = await liveIndexOf(client, database.namespace)
      const writing = write(seed + 10 * kill)
      const reindex = runIndexer(database.env, 'reindex', '--keep', '0', '--json')
      const afterMs = 600 + random() * 2_000 // the command itself takes half a second to start
      if (kill === KILLS) await swapped(client, before)
      else await sleep(afterMs)
      await indexer.kill()
      indexer = await startProcess('indexer', database.env)
      const end = await reindex
      await writing.stop()
      const build = end.json().at(-1)
      say(
        `kill ${kill === KILLS ? 'at the swap' : `after ${Math.round(afterMs)} ms`}: reindex ended with ${end.code}, ${JSON.stringify(build)}`,
      )
      expect(end.code, end.stderr).toBe(0)
      expect((await verifyDeep(database, client)).differences, `seed ${seed}, kill ${kill}`).toEqual([])
      expect(await tombstonesOf(client)).toBe(0)
      const after = await liveIndexOf(client, database.namespace)
      expect(after).not.toBe(before)
      expect(await familyOf(client, names.itemsAlias)).toEqual([after])
    }
  },
  60_000 * KILLS,
)
