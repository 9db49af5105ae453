/**
 * A running indexer: what the facts of Postgres mean for documents, what `verify` says while writes go on and while
 * nothing runs, what `status` shows. One database, so the tests follow each other.
 */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { familyOf } from '../../indexer/adapters/indices.ts'
import type { ItemDocument } from '../../src/catalog/document.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { startWriting } from '../support/catalogue-writer.ts'
import { useDatabase } from '../support/database.ts'
import { runIndexer, runVerify } from '../support/indexer-command.ts'
import { elasticsearchOf, liveIndexOf, verifyDeep } from '../support/indexer-verify.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { chooseSeed } from '../support/seed.ts'
import { fillCatalogue } from '../support/small-catalogue.ts'
import { waitFor } from '../support/wait-for.ts'

const ITEMS = 600
/** Writers touch ids up to 1.2 times this, so that the others stand still. */
const WRITTEN_ITEMS = 300
/** Stands still. */
const QUIET_ITEM = '550'
const database = await useDatabase('live')
const { pool } = database
const names = namesFor(database.namespace)
let indexer: RunningProcess

beforeAll(async () => {
  await fillCatalogue(pool, { items: ITEMS })
  indexer = await startProcess('indexer', database.env)
})
afterAll(() => indexer.kill())

/** The document as search shows it, once `isRight` says so. */
async function documentOf(id: string, isRight: (document: ItemDocument) => boolean): Promise<ItemDocument> {
  const client = elasticsearchOf(database)
  await liveIndexOf(client, database.namespace)
  return await waitFor(`document ${id} is right`, async () => {
    const found = await client.search<ItemDocument>({
      index: names.itemsAlias,
      query: { ids: { values: [id] } },
    })
    const document = found.hits.hits[0]?._source
    return document && isRight(document) ? document : undefined
  })
}

describe('a document', () => {
  test('E5: keeps its large text when another column changes', async () => {
    await pool.query('alter table items alter description set storage external')
    const description = 'large '.repeat(4_000)
    await pool.query('update items set description = $1 where item_id = 1', [description])
    await documentOf('1', (document) => document.description === description)
    await pool.query('update items set price_minor = 77 where item_id = 1')
    const document = await documentOf('1', ({ price }) => price === 77)
    expect(document.description).toBe(description)
  })

  test('E7: has both changes of two transactions that commit in the other order', async () => {
    const [a, b] = [new pg.Client(database.postgresUrl), new pg.Client(database.postgresUrl)]
    onTestFinished(async () => void (await Promise.all([a.end(), b.end()])))
    await Promise.all([a.connect(), b.connect()])
    await a.query('begin')
    await a.query(`update categories set name = 'First change' where category_id = 3`)
    await b.query(`update items set name = 'First commit' where item_id = 2`)
    await a.query('commit')
    const isRight = ({ name, cat_leaf }: ItemDocument) =>
      name === 'First commit' && cat_leaf === 'Category 1 > First change'
    await documentOf('2', isRight)
  })

  test('moves with the key of its row', async () => {
    await pool.query('update items set item_id = 70001 where item_id = 3')
    await documentOf('70001', ({ sku }) => sku === 'SKU-3')
    const { differences } = await verifyDeep(database, elasticsearchOf(database))
    expect(differences).toEqual([])
  })
})

/** Verify looks again until what is under way has passed, which on a busy machine takes its time. */
const BUSY_MS = 120_000

describe('verify while writes go on', () => {
  function write(): void {
    const writing = startWriting({
      url: database.postgresUrl,
      perSecond: 200,
      seed: chooseSeed('verify under writes'),
      items: WRITTEN_ITEMS,
      categories: 4,
    })
    onTestFinished(() => writing.stop())
  }

  test('reports nothing of what is on its way', { timeout: BUSY_MS }, async () => {
    write()
    for (const way of [[], ['--deep']]) {
      expect(await runVerify(database.env, ...way), indexer.output().slice(-4_000)).toMatchObject({
        code: 0,
        differences: [],
        result: { indexer: 'running' },
      })
    }
  })

  test('reports the one document that is wrong', { timeout: BUSY_MS }, async () => {
    write()
    const client = elasticsearchOf(database)
    const index = await liveIndexOf(client, database.namespace)
    const document = await documentOf(QUIET_ITEM, () => true)
    const wrong = { ...document, row_hash: 1, brand: 'Wrong' }
    const version = { version: 9_007_199_254_740_991, version_type: 'external_gte' as const }
    await client.index({ index, id: '888888', document: { ...wrong, item_id: 888_888 }, ...version })
    expect((await runVerify(database.env)).differences).toMatchObject([{ difference: 'extra', id: '888888' }])
    await client.delete({ index, id: '888888', ...version })
  })
})

describe('status', () => {
  test('of a running indexer shows slot, lag and index', async () => {
    const { code, json } = await runIndexer(database.env, 'status', '--json', '--max-lag', '30')
    expect(code).toBe(0)
    const [look] = json()
    expect(look).toMatchObject({ is_running: true, down: {}, lag: { is_at_least: false } })
    expect(look).toMatchObject({ postgres: { jobs: [], dead: { n: 0 }, build: { state: 'done' } } })
    const slots = (look?.['postgres'] as { slots: unknown[] }).slots
    expect(slots[0]).toMatchObject({ name: names.slot, own: true, active: true, wal_status: 'reserved' })
    const [index] = look?.['indices'] as Record<string, unknown>[]
    expect(index).toMatchObject({ is_live: true, phase: 'live', mapping_version: look?.['mapping_version'] })
  })

  test('says which server is away and shows what the other knows', async () => {
    const away = 'http://127.0.0.1:9'
    const { code, stdout } = await runIndexer({ ...database.env, ELASTICSEARCH_URL: away }, 'status')
    expect(code).toBe(0)
    expect(stdout).toMatch('elasticsearch is down')
    expect(stdout).toMatch(`${names.slot}: active`)
    const noPostgres = {
      ...database.env,
      AISLE_NAMESPACE: database.namespace,
      DATABASE_URL: 'postgres://x@127.0.0.1:9/x',
    }
    const other = await runIndexer(noPostgres, 'status', '--max-lag', '1')
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch('postgres is down')
    expect(other.stdout).toMatch(`${names.itemsAlias}-v000001: live`)
  })
})

describe('TRUNCATE', () => {
  test('empties the index, and what is written afterwards is there', async () => {
    await pool.query('truncate items cascade')
    await pool.query(`insert into items (item_id, sku, name, category_id, price_minor, currency)
      select n, 'AGAIN-' || n, 'Again ' || n, 2, n, 'EUR' from generate_series(1, ${ITEMS}) n`)
    const { differences, result } = await verifyDeep(database, elasticsearchOf(database))
    expect(differences).toEqual([])
    expect(result.rows).toBe(ITEMS)
  })
})

describe('while no indexer runs', () => {
  test('changes show as differences of verify, which says why, and status says since when', async () => {
    expect(await indexer.stop()).toBe(0)
    await pool.query('update items set price_minor = 1234567 where item_id = 10')
    const verdict = await runVerify(database.env, '--wait', '0')
    expect(verdict).toMatchObject({ code: 1, result: { indexer: 'down' } })
    expect(verdict.differences).toMatchObject([
      { difference: 'stale', id: '10', fields: ['price', 'row_hash'] },
    ])
    const status = await runIndexer(database.env, 'status', '--max-lag', '0')
    expect(status.code).toBe(1)
    expect(status.stdout).toMatch('not running: nobody reads the slot')
  })

  test('E17: a reindex leads itself, and an item deleted during its load stays deleted', async () => {
    const client = elasticsearchOf(database)
    const reindex = runIndexer(database.env, 'reindex', '--rate', '1000', '--keep', '0', '--json')
    await waitFor('the second index is there', async () => {
      return (await familyOf(client, names.itemsAlias)).length === 2
    })
    for (let id = 1; id <= ITEMS; id += 20) await pool.query('delete from items where item_id = $1', [id])
    const end = await reindex
    expect(end.code, end.stderr).toBe(0)
    const index = await liveIndexOf(client, database.namespace)
    expect(index).toBe(`${names.itemsAlias}-v000002`)
    const { count } = await client.count({ index, query: { term: { tombstone: true } } })
    expect(count).toBe(0)
    indexer = await startProcess('indexer', database.env)
    const { differences, result } = await verifyDeep(database, client)
    expect(differences).toEqual([])
    expect(result.rows).toBe(ITEMS - ITEMS / 20)
  })
})
