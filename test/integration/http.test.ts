import { beforeAll, describe, expect, test } from 'vitest'
import type { SearchAnswer } from '../../src/catalog/answers.ts'
import { namesFor } from '../../src/catalog/names.ts'
import type { createApp } from '../../src/http/app.ts'
import { classLimits } from '../../src/http/classes.ts'
import { createSearch } from '../../src/search/create-search.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { useDatabase } from '../support/database.ts'
import { edge } from '../support/edge.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { judgeBy, type OpenApi } from '../support/openapi.ts'
import { useElasticsearch, useReader } from '../support/search-fixture.ts'
import { fillCatalogue } from '../support/small-catalogue.ts'

const database = await useDatabase('http')
const client = useElasticsearch(database.elasticsearchUrl)
const metrics = createMetrics(['http_', 'search_', 'suggest_', 'es_'])
const search = createSearch({
  reader: useReader(database.elasticsearchUrl),
  pool: database.pool,
  degradedPool: database.pool,
  patience: null,
  names: namesFor(database.namespace),
  metrics,
  cursorSecret: 'x'.repeat(32),
  locale: 'en-GB',
  currency: 'EUR',
  facets: ['category', 'brand', 'price', 'availability'],
  outOfStock: 'show',
  now: () => performance.now(),
  makeId: () => '01900000-0000-7000-8000-000000000000',
})
const limits = classLimits({ suggest: 10_000, search: 10_000, item: 10_000 })
const app: ReturnType<typeof createApp> = edge({ search, metrics, limits })

beforeAll(async () => {
  await fillCatalogue(database.pool, { categories: 4, items: 300 })
  await fillItemsIndex(client, database.pool, database.namespace)
})

async function answer(path: string): Promise<SearchAnswer> {
  const reply = await app.request(path)
  expect(reply.status, path).toBe(200)
  return (await reply.json()) as SearchAnswer
}

describe('over real servers', () => {
  test.each([
    ['/v1/search', '/v1/search?q=item+7'],
    ['/v1/search', '/v1/search?category=category-1&f.brand=Brand+3&price=150-&sort=price_desc'],
    ['/v1/search', '/v1/search?q=qwzxv'],
    ['/v1/suggest', '/v1/suggest?q=it'],
    ['/v1/categories', '/v1/categories'],
    ['/v1/categories/{path}', '/v1/categories/category-1/category-2'],
    ['/v1/facets/{name}', '/v1/facets/brand?q=item&contains=rand'],
    ['/v1/items/{id}', '/v1/items/7'],
  ])('the real answer of %s to request %# is as the document says', async (path, url) => {
    const judge = judgeBy((await (await app.request('/openapi.json')).json()) as OpenApi)
    const reply = await app.request(url)
    expect(reply.status).toBe(200)
    expect(judge(path, 200, 'application/json', await reply.json())).toEqual([])
  })

  test('filters, price bounds and sort of the URL reach the index', async () => {
    const found = await answer(
      '/v1/search?f.brand=Brand+3&f.brand=Brand+4&price=150-250&sort=price_asc&size=100',
    )
    const prices = found.hits.map(({ price }) => price ?? 0)
    expect(new Set(found.hits.map(({ brand }) => brand))).toEqual(new Set(['Brand 3', 'Brand 4']))
    expect(prices).toEqual(prices.toSorted((a, b) => a - b))
    expect([Math.min(...prices) >= 150, Math.max(...prices) <= 250]).toEqual([true, true])
    expect(found.total.value).toBe(found.hits.length)
  })

  test('a cursor goes on where the answer before ended, and belongs to its query', async () => {
    const first = await answer('/v1/search?sort=name&size=10')
    const second = await answer(
      `/v1/search?sort=name&size=10&cursor=${encodeURIComponent(first.cursor ?? '')}`,
    )
    const page = await answer('/v1/search?sort=name&size=10&page=2')
    expect(second.hits.map(({ item_id }) => item_id)).toEqual(page.hits.map(({ item_id }) => item_id))
    const other = await app.request(`/v1/search?sort=newest&cursor=${encodeURIComponent(first.cursor ?? '')}`)
    expect([other.status, await other.json()]).toMatchObject([400, { type: '/problems/bad-cursor' }])
  })

  test.each([
    ['/v1/search?f.flavour=sweet', 400, 'unknown-facet', 'f.flavour'],
    ['/v1/search?facets=flavour', 400, 'unknown-facet', 'facets'],
    ['/v1/facets/flavour', 400, 'unknown-facet', 'name'],
    ['/v1/search?page=1000000000', 400, 'page-too-deep', 'page'],
    [`/v1/search?q=${'x'.repeat(201)}`, 400, 'query-too-long', 'q'],
    ['/v1/search?cursor=AAAA', 400, 'bad-cursor', 'cursor'],
    ['/v1/search?category=shoes', 404, 'unknown-category', 'category'],
  ])('search refuses request %# and the reply names the field', async (path, status, name, field) => {
    const reply = await app.request(path)
    const body = (await reply.json()) as { type: string; errors?: { path: string }[] }
    expect([reply.status, body.type]).toEqual([status, `/problems/${name}`])
    expect(body.errors?.map((error) => error.path)).toEqual([field])
  })

  test('an unknown category in a path and an unknown item are 404', async () => {
    expect((await app.request('/v1/categories/category-1/shoes')).status).toBe(404)
    expect((await app.request('/v1/items/999999')).status).toBe(404)
  })

  test('the pages show what the API answers', async () => {
    const found = await answer('/v1/search?q=item&category=category-1/category-2&size=24')
    const page = await (await app.request('/search?q=item&category=category-1/category-2')).text()
    for (const { item_id } of found.hits) expect(page).toContain(`href="/item/${item_id}"`)
    for (const path of ['/', '/c/category-1', '/item/7'])
      expect((await app.request(path)).status, path).toBe(200)
  })
})
