/** The worker keeps the suggestion index, and suggest answers from it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { indexName, namesFor } from '../../src/catalog/names.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { searchOver, useElasticsearch, useReader } from '../support/search-fixture.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('suggest')
const client = useElasticsearch(database.elasticsearchUrl)
const reader = useReader(database.elasticsearchUrl)
const shop = searchOver(database, reader)
const names = namesFor(database.namespace)
const first = indexName(names.suggestionsAlias, 1)
const env = { ...database.env, AISLE_SUGGEST_REBUILD_MS: '1000' }

beforeAll(async () => {
  await database.pool.query(
    `insert into categories (category_id, parent_id, slug, name)
     values (1, null, 'input', 'Input Devices'), (2, 1, 'mice', 'Mice'), (3, null, 'cables', 'Cables')`,
  )
  await database.pool.query(
    `insert into items (item_id, sku, name, brand, category_id, currency)
     select n, 'S' || n,
            case when n <= 20 then 'Wireless mouse for offices ' || n else 'Patch cable ' || n end,
            case when n <= 20 then 'Logitech' else 'Équip' end, case when n <= 20 then 2 else 3 end, 'EUR'
       from generate_series(1, 40) n`,
  )
  await database.pool.query('insert into item_popularity values (7, 0.9)')
})

async function indices(): Promise<string[]> {
  return Object.keys(await client.indices.get({ index: `${names.suggestionsAlias}-v*` })).sort()
}

/** Number of the index behind the alias. */
async function generation(): Promise<number> {
  const behind = await client.indices.getAlias({ name: names.suggestionsAlias })
  return Number(Object.keys(behind)[0]?.slice(-6))
}

describe('the worker', () => {
  test('without a suggestion index suggest is empty and says so', async () => {
    const answer = await shop.search.suggest({ q: 'mou', scope: null, size: 8 }, AbortSignal.timeout(5_000))
    expect(answer).toMatchObject({ suggestions: [], degraded: ['suggestions'], index_generation: '' })
  })

  test('builds soon after the items index appears, again in time, and drops what it replaced', async () => {
    const workers: RunningProcess[] = await Promise.all([
      startProcess('worker', env),
      startProcess('worker', env),
    ])
    await fillItemsIndex(client, database.pool, database.namespace)
    const patience = { deadlineMs: 20_000 }
    await waitFor('the first index is replaced', async () => (await generation()) >= 2, patience)
    await waitFor('the first is gone', async () => !(await indices()).includes(first), patience)
    const metrics = await Promise.all(workers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()))
    expect(metrics.join('\n')).toMatch(/^suggestions_documents \d+$/m)
    expect(metrics.join('\n')).not.toContain('outcome="failed"')
    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0])
    expect((await indices()).length).toBeLessThanOrEqual(2)
  }, 60_000)
})

describe('suggestions', () => {
  test('the last word may be unfinished', async () => {
    expect(await shop.suggest('wireless mo')).toContain('wireless mouse')
  })

  test('what many ask for at once is what each is given alone, in fewer requests', async () => {
    let together = 0
    const counting: typeof reader = {
      ...reader,
      searches: (asked, signal) => {
        together += asked.length
        return reader.searches(asked, signal)
      },
    }
    const { suggest } = searchOver(database, counting)
    const typed = ['wireless mo', 'mice', 'patch', 'log', 'nothing of the kind', 'cab']
    const alone: string[][] = []
    for (const text of typed) alone.push(await shop.suggest(text))
    await suggest('mo') // what belongs to the process is known from here on
    expect(await Promise.all(typed.map((text) => suggest(text)))).toEqual(alone)
    expect(together).toBeGreaterThanOrEqual(typed.length - 2)
  })

  test('an index that is missing fails its own search and none of those beside it', async () => {
    const body = { size: 1, query: { match_all: {} } }
    const asked = [names.suggestionsAlias, 'no-such-index'].map((index) => ({ index, body }))
    const [found, missing] = await reader.searches(asked, AbortSignal.timeout(5_000))
    expect(found).toMatchObject({ status: 'fulfilled', value: { hits: { hits: [{}] } } })
    expect(missing).toMatchObject({ status: 'rejected', reason: { status: 404 } })
  })

  test('a typo in a finished or an unfinished word is forgiven', async () => {
    // Typos have a bound of their own, which a busy machine can miss: then only what was typed is answered.
    const suggests = async (typed: string, meant: string) => (await shop.suggest(typed)).includes(meant)
    await waitFor('a finished word', () => suggests('wirelss mouse', 'wireless mouse'))
    await waitFor('an unfinished word', () => suggests('mosue', 'mouse'))
  })

  test('words in a category are suggested with it, categories with their path, products with their id', async () => {
    const signal = AbortSignal.timeout(5_000)
    const { suggestions } = await shop.search.suggest({ q: 'mice', scope: null, size: 8 }, signal)
    expect(suggestions).toContainEqual({ kind: 'category', text: 'Mice', scope: null, ref: 'input/mice' })
    const mouse = await shop.search.suggest({ q: 'mouse', scope: null, size: 8 }, signal)
    expect(mouse.suggestions[0]).toMatchObject({
      kind: 'query',
      text: 'mouse',
      scope: { path: 'input/mice' },
    })
    const product = await shop.search.suggest({ q: 'mouse for offices 7', scope: null, size: 8 }, signal)
    expect(product.suggestions).toContainEqual(expect.objectContaining({ kind: 'product', ref: '7' }))
  })

  test('inside a category nothing from elsewhere is suggested', async () => {
    expect(await shop.suggest('pa', 'cables')).toContain('patch cable')
    expect(await shop.suggest('pa', 'input')).toEqual([])
    await expect(shop.suggest('pa', 'nowhere')).rejects.toMatchObject({
      reason: 'unknown-category',
      field: 'scope',
    })
  })

  test('accents do not matter, and one text is suggested once', async () => {
    expect(await shop.suggest('equ')).toEqual(['Équip'])
  })

  test('one letter and the empty box have their answers', async () => {
    expect(await shop.suggest('m')).toContain('mouse')
    expect((await shop.suggest('')).length).toBeGreaterThan(3)
  })

  test('a text of more than 64 characters suggests nothing', async () => {
    expect(await shop.suggest(`mouse ${'x'.repeat(64)}`)).toEqual([])
  })
})
