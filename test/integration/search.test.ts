/** Search, paging, cursors and refusals on a small catalogue of known rows. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createReader } from '../../src/elasticsearch/reader.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { SORTS } from '../../src/search/contract.ts'
import { SearchUnavailable } from '../../src/search/unavailable.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { searchOver, useElasticsearch, useReader, walk } from '../support/search-fixture.ts'

const database = await useDatabase('search')
const client = useElasticsearch(database.elasticsearchUrl)
const reader = useReader(database.elasticsearchUrl)
const shop = searchOver(database, reader)
const ITEMS = 230

/**
 * Items 1..230 in `tools` and its two children. Every 7th has no price, every 5th is out of stock, prices and
 * popularity repeat, item 100 has a name beyond the sortable length.
 */
beforeAll(async () => {
  await database.pool.query(
    `insert into categories (category_id, parent_id, slug, name)
     values (1, null, 'tools', 'Tools'), (2, 1, 'hand', 'Hand Tools'), (3, 1, 'power', 'Power & Air')`,
  )
  await database.pool.query(
    `insert into items (item_id, sku, name, brand, model, category_id, price_minor, currency, codes, created_at)
     select n, 'T' || n, case when n = 100 then repeat('very long hammer name ', 20)
                              when n % 2 = 0 then 'Steel hammer ' || n else 'Cordless <drill> ' || n end,
            'Brand ' || n % 3, 'HX-' || 1000 + n, 2 + n % 2, case when n % 7 = 0 then null else (n % 11) * 500 end,
            'EUR', array['HX-' || 1000 + n], timestamptz '2026-01-01' + n % 13 * interval '1 day'
       from generate_series(1, $1::integer) n`,
    [ITEMS],
  )
  await database.pool.query(
    `insert into item_availability select item_id, case when item_id % 5 = 0 then 'out_of_stock' else 'in_stock' end
       from items`,
  )
  await database.pool.query(`insert into item_popularity select item_id, (item_id % 4) / 4.0 from items`)
  await fillItemsIndex(client, database.pool, database.namespace)
})

describe('paging', () => {
  test.each(SORTS)('a walk by cursor in the order %s meets each item once', async (sort) => {
    const pages = await walk(shop.find, { category: 'tools', sort, size: 7 })
    const ids = pages.flatMap((page) => page.hits.map((hit) => hit.item_id))
    expect(ids).toHaveLength(ITEMS)
    expect(new Set(ids).size).toBe(ITEMS)
  })

  test('a walk through ranked words goes on where the page ended', async () => {
    const pages = await walk(shop.find, { q: 'hammer steel', size: 10 })
    const ids = pages.flatMap((page) => page.hits.map((hit) => hit.item_id))
    expect(new Set(ids).size).toBe(pages[0]?.total.value)
    const second = await shop.find({ q: 'hammer steel', size: 10, page: 2 })
    expect(second.hits).toEqual(pages[1]?.hits)
  })

  test('the last page has no cursor', async () => {
    expect((await shop.find({ size: 100, page: 3 })).cursor).toBeNull()
  })

  test('pages end at 10,000 items', async () => {
    await expect(shop.find({ page: 101, size: 100 })).rejects.toMatchObject({ reason: 'page-too-deep' })
  })

  test.each([
    ['another query', { q: 'drill' }],
    ['another order', { sort: 'name' as const }],
    ['another filter', { filters: new Map([['brand', ['Brand 1']]]) }],
    ['another page size', { size: 6 }],
  ])('a cursor of %s is refused', async (_, change) => {
    const { cursor } = await shop.find({ q: 'hammer', size: 5 })
    await expect(shop.find({ q: 'hammer', size: 5, ...change, cursor })).rejects.toMatchObject({
      reason: 'bad-cursor',
      field: 'cursor',
    })
  })
})

describe('orders and filters', () => {
  test('items without a price come last in both orders of price', async () => {
    for (const sort of ['price_asc', 'price_desc'] as const) {
      const hits = (await walk(shop.find, { sort, size: 50 })).flatMap((page) => page.hits)
      const firstWithout = hits.findIndex((hit) => hit.price === null)
      expect(hits.slice(firstWithout).every((hit) => hit.price === null)).toBe(true)
    }
  })

  test('both ends of a price range are inside', async () => {
    const { hits } = await shop.find({ price: { min: 500, max: 1_000 }, size: 100 })
    expect(new Set(hits.map((hit) => hit.price))).toEqual(new Set([500, 1_000]))
  })

  test('a category holds the items below it', async () => {
    const totals = await Promise.all(
      ['tools', 'tools/hand', 'tools/power'].map(
        async (category) => (await shop.find({ category })).total.value,
      ),
    )
    expect(totals).toEqual([ITEMS, ITEMS / 2, ITEMS / 2])
  })

  test('items that are out of stock are last, or hidden, where the merchant says so', async () => {
    const last = searchOver(database, reader, { outOfStock: 'last' })
    for (const query of [{ sort: 'price_asc' as const }, { sort: 'relevance' as const }]) {
      const hits = (await walk(last.find, { ...query, size: 50 })).flatMap((page) => page.hits)
      const first = hits.findIndex((hit) => hit.availability === 'out_of_stock')
      expect(hits.slice(first).every((hit) => hit.availability === 'out_of_stock')).toBe(true)
      expect(hits).toHaveLength(ITEMS)
    }
    const hidden = searchOver(database, reader, { outOfStock: 'hide' })
    expect((await hidden.find({})).total.value).toBe(ITEMS * 0.8)
  })
})

describe('answers', () => {
  test('matched words are marked in an escaped name', async () => {
    const { hits } = await shop.find({ q: 'drill' })
    expect(hits[0]?.highlight).toMatch(/^Cordless &lt;<mark>drill<\/mark>&gt; \d+$/)
  })

  test('a code finds its item first on every page and in every order', async () => {
    expect((await shop.find({ q: 'hx1042' })).hits[0]?.sku).toBe('T42')
    for (const change of [{ sort: 'price_asc' as const }, { page: 2 }]) {
      expect(await shop.find({ q: 'hx 1042', ...change })).toMatchObject({ step: 'code' })
    }
  })

  test('a query that nothing has is answered with what sells in the category', async () => {
    const answer = await shop.find({ q: 'qwzxv', category: 'tools/hand' })
    expect(answer).toMatchObject({ step: 'popular', zero_result: true, total: { value: 0 }, cursor: null })
    expect(new Set(answer.hits.map((hit) => [hit.category.path, hit.availability].join()))).toEqual(
      new Set(['tools/hand,in_stock']),
    )
  })

  test('choosing a facet never loosens the words', async () => {
    const filters = new Map([['brand', ['Nobody']]])
    expect(await shop.find({ q: 'steel hammer', filters })).toMatchObject({
      step: 'all_words',
      total: { value: 0 },
      zero_result: false,
    })
  })

  test('a query of 201 characters is refused, one of 200 answered', async () => {
    await expect(shop.find({ q: 'x'.repeat(201) })).rejects.toMatchObject({ reason: 'query-too-long' })
    expect((await shop.find({ q: 'x'.repeat(200) })).query_asked).toHaveLength(200)
  })

  test.each([
    ['quotes', '"steel" \'hammer\' “x”'],
    ['brackets and operators', 'steel AND (hammer OR [x TO y]) -z +w ~2 ^3 {a} \\ / *:* name:x'],
    ['wildcards', '*ham?er*'],
    ['emoji', '🔨 hammer 🛠️'],
    ['right to left', 'مطرقة \u202Ehammer\u202C שלום'],
    ['lone surrogates', 'ham\uD800mer \uDFFF'],
    ['astral letters with digits', '𐐷𐐷1𐐷𐐷𐐷 𝟘𝟙𝟚𝟛'],
    ['control characters', 'steel\u0000\u0007 hammer\r\n'],
    ['25 words', Array.from({ length: 25 }, (_, i) => `word${i}`).join(' ')],
    ['markup', '<script>alert(1)</script>'],
  ])('a query of %s is plain text', async (_, q) => {
    await expect(shop.find({ q, facets: null })).resolves.toMatchObject({ degraded: [] })
    await expect(shop.suggest(q)).resolves.toEqual([])
    await expect(shop.facet({ q, name: 'brand', contains: q })).resolves.toMatchObject({ degraded: [] })
  })
})

describe('what cannot be searched for', () => {
  test.each(['🔨 hammer', 'ham\u00ADmer\u0000 steel', '\uE000hammer\uD800'])('%j is left out', async (q) => {
    const shown = await shop.find({ q })
    expect(shown.query_asked).toMatch(/^[a-z ]+$/)
  })

  test('an emoji beside a word changes nothing', async () => {
    const [plain, dressed] = [await shop.find({ q: 'hammer' }), await shop.find({ q: '🔨 hammer 🛠️' })]
    expect(dressed).toMatchObject({ step: 'all_words', total: plain.total, hits: plain.hits })
  })
})

describe('servers that are away', () => {
  test('the caller that gives up stops the search with its own reason', async () => {
    const reason = new Error('gave up')
    const call = shop.search.categories(AbortSignal.abort(reason))
    await expect(call).rejects.toBe(reason)
  })

  test('without Elasticsearch search says so by name', async () => {
    const absent = createReader({ url: 'http://127.0.0.1:9', maxConnections: 1, timeoutMs: 500 })
    await expect(searchOver(database, absent).find({ q: 'hammer' })).rejects.toBeInstanceOf(SearchUnavailable)
    await absent.close()
  })

  test('without Postgres search, tree and item go on from the index and say so', async () => {
    const pool = createPool({
      url: 'postgres://nobody@127.0.0.1:9/none',
      applicationName: 'aisle-test',
      size: 1,
      statementTimeoutMs: 500,
    })
    const alone = searchOver({ namespace: database.namespace, pool }, reader)
    const answer = await alone.find({ q: 'hammer', category: 'tools/hand', facets: null })
    expect(answer.degraded).toEqual(['postgres'])
    expect(answer.total.value).toBe(115)
    const signal = AbortSignal.timeout(5_000)
    const { categories } = await alone.search.categories(signal)
    expect(categories.map((node) => [node.path, node.items])).toEqual([
      ['tools', ITEMS],
      ['tools/hand', ITEMS / 2],
      ['tools/power', ITEMS / 2],
    ])
    expect(await alone.search.item('42', signal)).toMatchObject({ sku: 'T42', degraded: ['postgres'] })
    await pool.end()
  })

  test('an item is shown as Postgres has it now, an unknown or hidden one is not there', async () => {
    await database.pool.query('update items set price_minor = 4242 where item_id = 41')
    await database.pool.query(`update items set status = 'hidden' where item_id = 43`)
    const signal = AbortSignal.timeout(5_000)
    expect(await shop.search.item('41', signal)).toMatchObject({ price: 4242, degraded: [] })
    const missing = ['43', '9999', '99999999999999999999', 'x', '-1']
    expect(await Promise.all(missing.map((id) => shop.search.item(id, signal)))).toEqual(
      missing.map(() => null),
    )
  })
})
