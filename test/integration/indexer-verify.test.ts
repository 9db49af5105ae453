/**
 * The power of `verify`: one wrong document is found, whatever is wrong with it. The index is written here by hand,
 * so that a fault of the indexer cannot hide one of `verify`.
 */
import type { estypes } from '@elastic/elasticsearch'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { streamPosition } from '../../indexer/adapters/stream-position.ts'
import { verifyDocuments } from '../../indexer/adapters/verify-documents.ts'
import { verifyRows } from '../../indexer/adapters/verify-rows.ts'
import { runVerify, type Way } from '../../indexer/cli/verify-run.ts'
import type { Difference } from '../../indexer/core/verify.ts'
import mapping from '../../mappings/items.ts'
import type { ItemDocument } from '../../src/catalog/document.ts'
import { indexName, namesFor } from '../../src/catalog/names.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { useDatabase } from '../support/database.ts'
import { runIndexer } from '../support/indexer-command.ts'
import { fillCatalogue } from '../support/small-catalogue.ts'

type Properties = Record<string, estypes.MappingProperty>

const ITEMS = 300
const ID_STEP = 100 // three buckets of 10,000 ids: one is wrong, the others are not drilled into
const database = await useDatabase('verify')
const names = namesFor(database.namespace)
const index = indexName(names.itemsAlias, 1)
const client = createElasticsearch({
  url: database.elasticsearchUrl,
  maxConnections: 2,
  requestTimeoutMs: 30_000,
})
const rows = verifyRows(database.pool, mapping)
const sides = {
  rows,
  documents: verifyDocuments(client, index, mapping.idColumn),
  stream: streamPosition(database.pool, client, { ...names, index, isLive: true }),
}

beforeAll(() => fillCatalogue(database.pool, { items: ITEMS, idStep: ID_STEP }))

beforeEach(async () => {
  await client.indices.delete({ index }, { ignore: [404] })
  await client.indices.create({
    index,
    settings: { ...(mapping.settings as object), number_of_shards: 1, number_of_replicas: 0 },
    mappings: { dynamic: 'strict', properties: mapping.properties as Properties },
    aliases: { [names.itemsAlias]: {} },
  })
  const { contents } = await rows.page('0', ITEMS)
  const answer = await client.bulk({
    operations: [...contents].flatMap(([_id, content]) => [
      { index: { _index: index, _id } },
      { ...content, lsn: 1 },
    ]),
  })
  expect(answer.errors).toBe(false)
})

async function documentOf(id: string): Promise<ItemDocument> {
  const { _source } = await client.get<ItemDocument>({ index, id })
  if (!_source) throw new Error(`no document ${id}`)
  return _source
}

/** Differences that one way of comparing finds. */
async function differencesBy(way: Way): Promise<Difference[]> {
  const found: Difference[] = []
  const result = await runVerify(sides, way, {
    waitMs: 0,
    signal: new AbortController().signal,
    onDifference: (difference) => found.push(difference),
    onProgress: () => undefined,
  })
  expect(result).toMatchObject({ differences: found.length, moving: [], indexer: 'down' })
  return found
}

const BUCKETS: Way = { by: 'buckets' }
const DEEP: Way = { by: 'deep' }

describe('verify finds', () => {
  test('nothing where index and rows agree, by every way', async () => {
    expect(await differencesBy(BUCKETS)).toEqual([])
    expect(await differencesBy(DEEP)).toEqual([])
    expect(await differencesBy({ by: 'sample', size: 50, random: Math.random })).toEqual([])
    expect(await differencesBy({ by: 'ids', ids: ['100', '30000', '31'] })).toEqual([])
  })

  test('the one missing document of a bucket', async () => {
    await client.delete({ index, id: '21000' })
    expect(await differencesBy(BUCKETS)).toEqual([{ id: '21000', kind: 'missing' }])
    expect(await differencesBy(DEEP)).toEqual([{ id: '21000', kind: 'missing' }])
  })

  test('a document of an item that is gone or hidden', async () => {
    const document = { ...(await documentOf('100')), item_id: 90_000 }
    await client.index({ index, id: '90000', document })
    await database.pool.query(`update items set status = 'hidden' where item_id = 1700`)
    const expected = [
      { id: '1700', kind: 'extra' },
      { id: '90000', kind: 'extra' },
    ]
    expect(await differencesBy(BUCKETS)).toEqual(expected)
    expect(await differencesBy(DEEP)).toEqual(expected)
    await database.pool.query(`update items set status = 'active' where item_id = 1700`)
  })

  test('a document of an older row, with the fields that differ', async () => {
    await database.pool.query('update items set price_minor = price_minor + 1 where item_id = 500')
    const expected = [{ id: '500', kind: 'stale', fields: ['price', 'row_hash'] }]
    expect(await differencesBy(BUCKETS)).toEqual(expected)
    expect(await differencesBy({ by: 'ids', ids: ['500', '600'] })).toEqual(expected)
    // A sample takes an equal share of each bucket: this many draw every row of every bucket.
    const whole = { by: 'sample', size: 10 * ITEMS, random: Math.random } as const
    expect(await differencesBy(whole)).toEqual(expected)
  })

  test('one changed field behind a right hash only when it compares whole documents', async () => {
    await client.index({ index, id: '700', document: { ...(await documentOf('700')), brand: 'Other' } })
    expect(await differencesBy(BUCKETS)).toEqual([])
    expect(await differencesBy(DEEP)).toEqual([{ id: '700', kind: 'stale', fields: ['brand'] }])
  })

  test('a document without item id that no range of ids contains', async () => {
    const { item_id: _, ...rest } = await documentOf('800')
    await client.index({ index, id: 'nobody', document: rest })
    expect(await differencesBy(BUCKETS)).toEqual([{ id: 'nobody', kind: 'extra' }])
  })

  test('no tombstones: they are not documents', async () => {
    await client.index({ index, id: '95000', document: { item_id: 95_000, tombstone: true, lsn: 1 } })
    expect(await differencesBy(BUCKETS)).toEqual([])
    expect(await differencesBy(DEEP)).toEqual([])
  })
})

describe('the command verify says', () => {
  test('to a person what it compared and that no indexer runs', async () => {
    await client.delete({ index, id: '300' })
    const { code, stdout } = await runIndexer(database.env, 'verify', '--wait', '0')
    expect(code).toBe(1)
    expect(stdout).toMatch(/missing {2}300/)
    expect(stdout).toMatch(`${index}: ${ITEMS} rows compared, 1 differences`)
    expect(stdout).toMatch('No indexer is reading the slot')
  })

  test('to a program each difference and the result, a line each', async () => {
    await client.delete({ index, id: '300' })
    const { code, json } = await runIndexer(database.env, 'verify', '--deep', '--json', '--wait', '0')
    expect(code).toBe(1)
    expect(json()).toMatchObject([
      { kind: 'difference', difference: 'missing', id: '300' },
      { kind: 'result', index, mode: 'deep', rows: ITEMS, differences: 1, indexer: 'down' },
    ])
  })

  test('exit 2 for options that exclude each other, exit 4 where there is no index', async () => {
    expect((await runIndexer(database.env, 'verify', '--deep', '--ids', '1')).code).toBe(2)
    const env = { ...database.env, AISLE_NAMESPACE: 'nobody_has_this' }
    expect((await runIndexer(env, 'verify')).code).toBe(4)
  })
})
