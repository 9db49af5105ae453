/**
 * Search from Postgres alone, for when Elasticsearch is away: each statement finds the right items and takes its
 * index. The plans are the planner's own choice; nothing is switched off for them.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import {
  findByAllWords,
  findByAnyWord,
  findByCode,
  findByTypo,
  SEARCH_SQL,
  suggestByPrefix,
} from '../../src/postgres/search.ts'
import { runAisle } from '../support/aisle-command.ts'
import { useDatabase } from '../support/database.ts'

const { pool, env } = await useDatabase('pgsearch')
const { signal } = new AbortController()
const FIRST = { categoryId: null, offset: 0, limit: 24 }

type Sample = { item_id: string; sku: string; name: string; code: string; gtin: string }
let sample: Sample

/** One item that has a code with a hyphen, whatever the seed made of it. */
beforeAll(async () => {
  const { code, stderr } = await runAisle(env, 'seed', '--items', '4000', '--seed', '5')
  expect(code, stderr).toBe(0)
  const { rows } = await pool.query<Sample>(
    `select item_id, sku, name, codes[1] as code, gtin[1] as gtin from items
      where codes[1] like '%-%' order by item_id limit 1`,
  )
  if (!rows[0]) throw new Error('the seed has no code with a hyphen')
  sample = rows[0]
})

const idsOf = (found: readonly { item_id: string }[]) => found.map(({ item_id }) => item_id)

/** Ids by reading every row: what an index must not change. */
async function idsWhere(condition: string, parameters: unknown[]): Promise<string[]> {
  const { rows } = await pool.query<{ item_id: string }>(
    `select item_id from items where status = 'active' and ${condition} order by item_id`,
    parameters,
  )
  return idsOf(rows)
}

describe('plans', () => {
  test.each([
    ['code', [['KP-4821'], null, 0, 24], 'items_codes'],
    ['allWords', ['wireless headphones', null, 0, 24], 'items_search_tsv'],
    ['anyWord', ['perfume aquarium', null, 0, 24], 'items_search_tsv'],
    ['typo', ['wireles headfones', null, 0, 24], 'items_name_trgm'],
    ['prefix', ['novaro', 8], 'items_name_prefix'],
  ] as const)('%s reads its index', async (step, parameters, index) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${SEARCH_SQL[step]}`, [
      ...parameters,
    ])
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(new RegExp(`Index.* ${index}\\b`))
  })
})

describe('an exact code', () => {
  test('is found as printed, without separators, in lower case and by GTIN', async () => {
    const printed = idsOf(await findByCode(pool, sample.code, FIRST, signal))
    expect(printed).toContain(sample.item_id)
    const bare = sample.code.replaceAll('-', '').toLowerCase()
    expect(idsOf(await findByCode(pool, bare, FIRST, signal))).toEqual(printed)
    expect(idsOf(await findByCode(pool, sample.gtin, FIRST, signal))).toEqual([sample.item_id])
    expect(idsOf(await findByCode(pool, sample.sku, FIRST, signal))).toEqual([sample.item_id])
  })

  test('is not found by a part of it, nor by separators alone', async () => {
    expect(await findByCode(pool, sample.code.slice(0, 4), FIRST, signal)).toEqual([])
    expect(await findByCode(pool, '--', FIRST, signal)).toEqual([])
  })
})

describe('words', () => {
  test('all words find the items that have every word, each page once', async () => {
    const expected = await idsWhere(
      `to_tsvector('english', concat_ws(' ', name, model, brand, description)) @@ plainto_tsquery('english', $1)`,
      ['wireless headphones black'],
    )
    const pages = await Promise.all(
      [0, 5, 10].map((offset) =>
        findByAllWords(pool, 'wireless headphones black', { categoryId: null, offset, limit: 5 }, signal),
      ),
    )
    const found = pages.flat()
    expect(found[0]?.total).toBe(expected.length)
    expect(new Set(idsOf(found)).size).toBe(Math.min(15, expected.length))
    expect(expected).toEqual(expect.arrayContaining(idsOf(found)))
  })

  test('words in the name come before words in the description', async () => {
    const found = await findByAllWords(pool, 'kettle', FIRST, signal)
    expect(found.slice(0, 5).every((item) => /kettle/i.test(item.name))).toBe(true)
  })

  test('any word finds what all words do not', async () => {
    expect(await findByAllWords(pool, 'kettle aquarium', FIRST, signal)).toEqual([])
    const found = await findByAnyWord(pool, 'kettle aquarium', { ...FIRST, limit: 500 }, signal)
    expect(found.some((item) => /kettle/i.test(item.name))).toBe(true)
    expect(found.some((item) => /aquarium/i.test(item.name))).toBe(true)
  })

  test('a category keeps the hits below it', async () => {
    const { rows } = await pool.query<{ category_id: string }>(
      `select category_id from categories where path_names = array['Electronics']`,
    )
    const categoryId = rows[0]?.category_id ?? null
    const found = await findByAnyWord(pool, 'black', { ...FIRST, categoryId }, signal)
    expect(new Set(found.map((item) => item.path_names[0]))).toEqual(new Set(['Electronics']))
  })

  test('a hidden item is not found', async () => {
    await pool.query(`update items set status = 'hidden' where item_id = $1`, [sample.item_id])
    const found = [
      ...(await findByCode(pool, sample.sku, FIRST, signal)),
      ...(await findByAllWords(pool, sample.name, FIRST, signal)),
      ...(await findByTypo(pool, sample.name, FIRST)),
    ]
    await pool.query(`update items set status = 'active' where item_id = $1`, [sample.item_id])
    expect(idsOf(found)).not.toContain(sample.item_id)
  })
})

describe('typos and prefixes', () => {
  test('words with a wrong letter find the items with the right ones', async () => {
    const found = await findByTypo(pool, 'Wireles Hedphones', FIRST)
    expect(found.length).toBeGreaterThan(0)
    expect(found.every((item) => /wireless headphones/i.test(item.name))).toBe(true)
  })

  test('suggestions are names that begin with the text, the popular ones first', async () => {
    const { rows } = await pool.query<{ item_id: string }>(
      `select item_id from items join item_popularity using (item_id)
        where starts_with(lower(name), 'novaro p') order by score desc, item_id limit 8`,
    )
    const found = await suggestByPrefix(pool, 'Novaro P', 8, signal)
    expect(found.length).toBeGreaterThan(0)
    expect(idsOf(found)).toEqual(idsOf(rows))
  })

  test('signs of LIKE and of queries mean themselves', async () => {
    expect(await suggestByPrefix(pool, '%', 8, signal)).toEqual([])
    expect(await suggestByPrefix(pool, '\\', 8, signal)).toEqual([])
    for (const text of ['', ' ', "'", '&|!():*', '\\', 'a & !b', '漢字', 'the']) {
      const found = [
        await findByCode(pool, text, FIRST, signal),
        await findByAllWords(pool, text, FIRST, signal),
        await findByAnyWord(pool, text, FIRST, signal),
        await findByTypo(pool, text, FIRST),
      ]
      expect(found.every(Array.isArray)).toBe(true)
    }
  })
})
