/**
 * Promise 4, the search side: while Elasticsearch is silent, refuses or is cut off, search, suggest and facets go on
 * from Postgres and say so; when it is back, right answers follow by themselves.
 */
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { searchOver, useElasticsearch, useReader } from '../support/search-fixture.ts'
import { fillShop, KEYBOARDS, MICE } from '../support/shop-catalogue.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('degraded')
const direct = useElasticsearch(database.elasticsearchUrl)
const proxy = await startTcpProxy(database.elasticsearchUrl)
const reader = useReader(proxy.url)
const PATIENCE = { searchMs: 500, suggestMs: 150 }
const shop = searchOver(database, reader, { patience: PATIENCE })
const HEALED_MS = 10_000

beforeAll(async () => {
  await fillShop(database.pool)
  await refreshCategoryFacets(database.pool)
  await fillItemsIndex(direct, database.pool, database.namespace)
  await shop.find({ q: 'mouse' }) // the tree and the facet keys are in memory, as in a process that runs
})

afterEach(async () => {
  proxy.setMode('pass')
  await waitFor(
    'Elasticsearch answers again',
    async () => (await shop.find({ q: 'mouse' })).degraded.length === 0,
    {
      deadlineMs: HEALED_MS,
    },
  )
})

afterAll(async () => {
  await proxy.close()
})

describe('search without Elasticsearch', () => {
  test.each([
    ['silent', () => proxy.setMode('silent')],
    [
      'refusing',
      () => {
        proxy.setMode('refuse')
        proxy.reset()
      },
    ],
  ] as const)('a %s server is replaced by Postgres, and the answer says so', async (_, fault) => {
    fault()
    const answer = await shop.find({ q: 'wireless mouse', facets: null })
    expect(answer.degraded).toEqual(['elasticsearch'])
    expect(answer.total).toEqual({ value: 30, relation: 'eq' })
    expect(answer.step).toBe('all_words')
    expect(answer.facets.map((facet) => facet.name)).toEqual(['category', 'brand'])
  })

  test('after some silent answers nobody waits for the server any more', async () => {
    proxy.setMode('silent')
    for (let i = 0; i < 5; i++) await shop.find({ q: `mouse ${i}` })
    const began = performance.now()
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.find({ q: 'keyboard' })))
    expect(answers.every((answer) => answer.total.value === 30)).toBe(true)
    expect(performance.now() - began).toBeLessThan(20 * PATIENCE.searchMs)
  })

  test('a typo, a part of a name and a code are still found', async () => {
    proxy.setMode('silent')
    expect((await shop.find({ q: 'wireles mouze' })).total.value).toBeGreaterThan(0)
    expect((await shop.find({ q: 'art-7' })).hits.map((hit) => hit.item_id)).toEqual(['7'])
    expect((await shop.find({ q: 'acme submarine' })).step).toBe('any_word')
  })

  test('category, filters, price, order and page of the shopper are kept', async () => {
    proxy.setMode('silent')
    const filters = new Map([
      ['brand', ['Acme', 'Borealis']],
      ['colour', ['Black']],
    ])
    const price = { min: 1_100, max: 1_250 }
    const query = { category: MICE, filters, price, sort: 'price_desc', size: 3, facets: ['brand'] } as const
    const degraded = await shop.find(query)
    proxy.setMode('pass')
    const whole = await waitFor('the index answers', async () => {
      const answer = await shop.find(query)
      return answer.degraded.length === 0 && answer
    })
    expect(degraded.hits).toEqual(whole.hits)
    expect(degraded.total).toEqual(whole.total)
    expect(degraded.facets).toEqual(whole.facets)
  })

  test('nothing found gives what sells, not an error', async () => {
    proxy.setMode('silent')
    const answer = await shop.find({ q: 'qwzxv', category: KEYBOARDS })
    expect([answer.zero_result, answer.total.value]).toEqual([true, 0])
    expect(answer.hits.length).toBeGreaterThan(0)
  })

  test('suggestions come from names, brands and categories', async () => {
    proxy.setMode('silent')
    expect(await shop.suggest('aco')).toEqual([])
    expect(await shop.suggest('acme')).toContain('Acme')
    expect(await shop.suggest('key')).toContain('Keyboards')
    expect((await shop.suggest('acme wire')).length).toBeGreaterThan(0)
  })

  test('a cursor is refused as unavailable, because only the index can go on', async () => {
    const { cursor } = await shop.find({ category: MICE, size: 5 })
    proxy.setMode('silent')
    await expect(shop.find({ category: MICE, size: 5, cursor })).rejects.toMatchObject({
      name: 'SearchUnavailable',
    })
  })

  test('an unknown category and an unknown facet are refused as ever', async () => {
    proxy.setMode('silent')
    await expect(shop.find({ category: 'nowhere' })).rejects.toMatchObject({ reason: 'unknown-category' })
    await expect(shop.find({ filters: new Map([['nothing', ['x']]]) })).rejects.toMatchObject({
      reason: 'unknown-facet',
    })
  })

  test('an item comes from a Postgres that is late, because there is nobody else', async () => {
    const late = await startTcpProxy(database.postgresUrl)
    const pool = createPool({ url: late.url, applicationName: 'late', size: 2, statementTimeoutMs: 5_000 })
    onTestFinished(async () => {
      late.setDelay(0)
      await pool.end()
      await late.close()
    })
    const { search } = searchOver({ ...database, pool }, reader)
    const ask = () => search.item('7', AbortSignal.timeout(5_000))
    expect(await ask()).toMatchObject({ item_id: '7', degraded: [] })
    late.setDelay(250) // twice that until an answer is here, and the index is asked after 300 ms
    proxy.setMode('refuse')
    proxy.reset()
    expect(await ask()).toMatchObject({ item_id: '7', degraded: [] })
  })

  test('values of brand are found by a piece of their text', async () => {
    proxy.setMode('silent')
    const { facet, degraded } = await shop.facet({ name: 'brand', contains: 'bor' })
    expect(degraded).toEqual(['elasticsearch'])
    expect(facet.values).toEqual([{ value: 'Borealis', label: 'Borealis', count: 20, selected: false }])
  })
})
