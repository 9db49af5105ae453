/** Changes made by plain SQL arrive in search, whatever their kind, also over a restart of the indexer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { useDatabase } from '../support/database.ts'
import { catalogueOf, VISIBLE_DEADLINE_MS } from '../support/indexed-catalogue.ts'
import { runVerify } from '../support/indexer-command.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('stream')
const names = namesFor(database.namespace)
const client = createElasticsearch({
  url: database.elasticsearchUrl,
  maxConnections: 4,
  requestTimeoutMs: 10_000,
})
const { category, items, sql, shown, document, expectShown } = catalogueOf(database, client, names.itemsAlias)
const patient = { deadlineMs: VISIBLE_DEADLINE_MS }

let indexer: RunningProcess
let storage: string
let first: string

beforeAll(async () => {
  storage = await category('Storage')
  first = await items('disk', storage, 30)
  indexer = await startProcess('indexer', database.env)
  await waitFor('the first index', () => client.indices.existsAlias({ name: names.itemsAlias }), patient)
})

afterAll(async () => {
  await indexer.stop()
  await client.close()
})

describe('the first load', () => {
  test('rows that were there before the indexer are searchable', async () => {
    expect(await shown('cat_leaf', 'Storage')).toBe(30)
  })

  test('the document carries the floor as its version and no tombstone', async () => {
    const found = await document(first)
    expect(found).toMatchObject({ sku: 'disk-1', price: 1, cat_ids: [Number(storage)] })
    expect(found?.['tombstone']).toBeUndefined()
  })
})

describe('changes of rows', () => {
  test('an inserted item appears', async () => {
    await items('new', storage, 1)
    await expectShown('sku', 'new-1', 1)
  })

  test('a price changed by plain SQL appears', async () => {
    await sql(`update items set price_minor = 424242 where sku = 'disk-1'`)
    await expectShown('price', 424_242, 1)
  })

  test('availability and popularity of their own tables appear', async () => {
    await sql(`insert into item_availability values ($1, 'low')`, [first])
    await sql('insert into item_popularity values ($1, 0.5)', [first])
    await expectShown('availability', 'low', 1)
    await waitFor('popularity', async () => (await document(first))?.['pop'] === 0.5, patient)
  })

  test('a hidden item disappears and comes back', async () => {
    await sql(`update items set status = 'hidden' where sku = 'disk-2'`)
    await expectShown('sku', 'disk-2', 0)
    await sql(`update items set status = 'active' where sku = 'disk-2'`)
    await expectShown('sku', 'disk-2', 1)
  })

  test('a deleted item is gone', async () => {
    await sql(`delete from items where sku = 'disk-3'`)
    await expectShown('sku', 'disk-3', 0)
  })

  test('an item with a new key has one document, under the new key', async () => {
    await sql(`update items set item_id = 1000000 where sku = 'disk-4'`)
    await waitFor('the new key', async () => (await document('1000000'))?.['sku'] === 'disk-4', patient)
    expect(await shown('sku', 'disk-4')).toBe(1)
  })

  test('a large text that an update did not touch stays in the document (fact E5)', async () => {
    const text = Array.from({ length: 4_000 }, (_, i) => `word${i}`).join(' ')
    await sql(`update items set description = $1 where sku = 'disk-5'`, [text])
    await sql(`update items set price_minor = 555555 where sku = 'disk-5'`)
    await expectShown('price', 555_555, 1)
    const { rows } = await database.pool.query<{ item_id: string }>(
      `select item_id from items where sku = 'disk-5'`,
    )
    expect((await document(rows[0]?.item_id ?? ''))?.['description']).toBe(text)
  })

  test('a transaction that was rolled back leaves nothing', async () => {
    const tx = await database.pool.connect()
    await tx.query('begin')
    await tx.query(`update items set price_minor = 666666 where sku = 'disk-6'`)
    await tx.query('rollback')
    tx.release()
    await sql(`update items set price_minor = 777777 where sku = 'disk-7'`)
    await expectShown('price', 777_777, 1)
    expect(await shown('price', 666_666)).toBe(0)
  })
})

describe('categories', () => {
  test('a renamed category reaches its items, and those of its children', async () => {
    const child = await category('Tapes', storage)
    await items('tape', child, 3)
    await expectShown('cat_leaf', 'Storage > Tapes', 3)
    await sql(`update categories set name = 'Depot', slug = 'depot' where category_id = $1`, [storage])
    await expectShown('cat_leaf', 'Depot > Tapes', 3)
    await expectShown('cat_leaf', 'Storage', 0)
  })

  test('a category of more than 500 items is renamed by a recorded job', async () => {
    const big = await category('Cables')
    await items('cable', big, 700)
    await expectShown('cat_leaf', 'Cables', 700)
    await sql(`update categories set name = 'Wires' where category_id = $1`, [big])
    await expectShown('cat_leaf', 'Wires', 700)
    await waitFor(
      'the job is done',
      async () => {
        const { rows } = await database.pool.query<{ done: number; state: string }>(
          'select done::integer, state from indexer.job where keys = array[$1::text]',
          [big],
        )
        return rows[0]?.state === 'done' && rows[0].done === 700
      },
      patient,
    )
  })
})

describe('restarts', () => {
  test('changes made while the indexer is down arrive when it is back', async () => {
    expect(await indexer.stop()).toBe(0)
    await sql(`update items set price_minor = 888888 where sku = 'disk-8'`)
    await sql(`delete from items where sku = 'disk-9'`)
    indexer = await startProcess('indexer', database.env)
    await expectShown('price', 888_888, 1)
    await expectShown('sku', 'disk-9', 0)
  })

  test('a second indexer stands by and takes over', async () => {
    const second = await startProcess('indexer', database.env)
    await waitFor('standing by', () => second.output().includes('standing by'), patient)
    await indexer.kill()
    indexer = second
    await sql(`update items set price_minor = 999999 where sku = 'disk-10'`)
    await expectShown('price', 999_999, 1)
  })

  test('a slot that was dropped is made anew, and search has its documents all the time', async () => {
    await indexer.stop()
    await sql('select pg_drop_replication_slot($1)', [names.slot])
    await sql(`update items set price_minor = 101010 where sku = 'disk-11'`)
    indexer = await startProcess('indexer', database.env)
    expect(await shown('sku', 'disk-10')).toBe(1)
    await expectShown('price', 101_010, 1)
  })
})

describe('documents that cannot be written', () => {
  test('one is set aside, named, and does not stop the others', async () => {
    await sql(`update items set gtin = array[repeat('9', 40000)] where sku = 'disk-12'`)
    await sql(`update items set price_minor = 121212 where sku = 'disk-13'`)
    await expectShown('price', 121_212, 1)
    const dead = await waitFor(
      'the dead document',
      async () => {
        const { rows } = await database.pool.query<{ value: Record<string, string> }>(
          `select value from indexer.state where key like 'dead/%'`,
        )
        return rows[0]?.value
      },
      patient,
    )
    expect(dead).toMatchObject({ operation: 'index', error_type: 'document_parsing_exception' })
  })

  test('it is written when its row is mended', async () => {
    await sql(`update items set gtin = '{}', price_minor = 131313 where sku = 'disk-12'`)
    await expectShown('price', 131_313, 1)
    await waitFor(
      'no dead document',
      async () => {
        const { rows } = await database.pool.query(`select 1 from indexer.state where key like 'dead/%'`)
        return rows.length === 0
      },
      patient,
    )
  })
})

describe('a fault of the mapping', () => {
  test('a flood of refused documents halts the indexer for a person, and search keeps what it has', async () => {
    await sql(
      `insert into items (sku, name, category_id, currency, gtin)
       select 'flood-' || g, 'flood', $1::bigint, 'EUR', array[repeat('9', 40000)] from generate_series(1, 60) g`,
      [storage],
    )
    expect(await indexer.exited).toBe(4)
    expect(indexer.output()).toContain('refuses too many documents')
    expect(await shown('sku', 'disk-13')).toBe(1)
    await sql(`delete from items where name = 'flood'`)
    indexer = await startProcess('indexer', database.env)
    await sql(`update items set price_minor = 141414 where sku = 'disk-14'`)
    await expectShown('price', 141_414, 1)
  })
})

describe('at the end', () => {
  test('every document is as its row', async () => {
    const verdict = await runVerify(database.env, '--deep')
    expect([verdict.code, verdict.differences]).toEqual([0, []])
  })

  test('a truncated catalogue is empty in search, and what comes after is there', async () => {
    await sql('truncate items cascade')
    await items('after', storage, 5)
    await waitFor(
      'only the new items',
      async () => (await client.count({ index: names.itemsAlias })).count === 5,
      patient,
    )
    expect(await shown('cat_leaf', 'Depot')).toBe(5)
  })
})
