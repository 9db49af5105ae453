/**
 * T1 of the cache: whenever an answer differs after a change, the tags of the answer and those of the change meet.
 * Random items, random changes and random queries on a real index; what an answer is compared by leaves out scores,
 * because the score of a hit depends a little on every other document.
 */
import { beforeAll, expect, test } from 'vitest'
import items from '../../mappings/items.ts'
import type { SearchAnswer } from '../../src/catalog/answers.ts'
import { indexName, namesFor } from '../../src/catalog/names.ts'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { searchAnswerTags } from '../../src/search/answer-tags.ts'
import type { SearchQuery } from '../../src/search/contract.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { pick, randomBy } from '../support/random.ts'
import { searchOver, useElasticsearch, useReader } from '../support/search-fixture.ts'

const SEED = Number(process.env['AISLE_TEST_SEED'] ?? 7)
const ITEMS = 80
const CHANGES = IS_SOAK ? 1_500 : 30
const QUERIES = 30

const database = await useDatabase('cache_tags')
const client = useElasticsearch(database.elasticsearchUrl)
const reader = useReader(database.elasticsearchUrl)
const shop = searchOver(database, reader)
const index = indexName(namesFor(database.namespace).itemsAlias, 1)
const random = randomBy(SEED)

const WORDS = [
  'steel',
  'hammers',
  'wireless',
  'mice',
  'flies',
  'ties',
  'Øre',
  'straße',
  'déjà',
  'USB',
  'bus',
  'glass',
]
/** Also what stands in brand, attributes and category names. */
const ASKED = [...WORDS, 'acme', 'bulow', 'cobalt', 'black', 'red', 'hand', 'drives']
const CODES = ['HX-1001', 'tn2110', 'AB-12-CD', '9780306406157', 'mx500']
const CATEGORIES = ['tools', 'tools/hand', 'tools/power', 'toys']

const some = (from: readonly string[], n: number) =>
  Array.from({ length: n }, () => pick(random, from)).join(' ')

beforeAll(async () => {
  await database.pool.query(
    `insert into categories (category_id, parent_id, slug, name)
     values (1, null, 'tools', 'Tools'), (2, 1, 'hand', 'Hand Tools'), (3, 1, 'power', 'Power Drives'), (4, null, 'toys', 'Toys')`,
  )
  for (let n = 1; n <= ITEMS; n++) await writeItem(n)
  await refreshCategoryFacets(database.pool)
  await fillItemsIndex(client, database.pool, database.namespace)
})

/** Insert or change an item at random. */
async function writeItem(id: number): Promise<void> {
  await database.pool.query(
    `insert into items (item_id, sku, name, brand, model, description, category_id, price_minor, currency, attrs, codes, gtin)
     values ($1::bigint, 'S' || $1::bigint, $2, $3, $4, $5, $6, $7, 'EUR', $8, $9, $10)
     on conflict (item_id) do update set name = excluded.name, brand = excluded.brand, model = excluded.model,
       description = excluded.description, category_id = excluded.category_id, price_minor = excluded.price_minor,
       attrs = excluded.attrs, codes = excluded.codes, gtin = excluded.gtin`,
    [
      id,
      some(WORDS, 1 + Math.floor(random() * 4)),
      random() < 0.8 ? pick(random, ['Acme', 'Bülow', 'Cobalt']) : null,
      random() < 0.3 ? some(WORDS, 1) : null,
      random() < 0.5 ? some(WORDS, 5) : null,
      1 + Math.floor(random() * 4),
      random() < 0.9 ? Math.floor(random() * 5_000) : null,
      { colour: pick(random, ['Black', 'Red']) },
      random() < 0.4 ? [pick(random, CODES)] : [],
      random() < 0.2 ? ['0123456789012'] : [],
    ],
  )
}

/** Copy what Postgres has of an item into the index. @returns the document, or null: it is gone */
async function indexItem(id: number) {
  const { rows } = await database.pool.query<Record<string, unknown>>(items.reread, [[String(id)]])
  const row = rows[0]
  const document = row && row['item_id'] !== null ? items.toDocument(row) : null
  if (document) await client.index({ index, id: String(id), document, refresh: true })
  else await client.delete({ index, id: String(id), refresh: true }, { ignore: [404] })
  return document
}

function randomQuery(): Partial<SearchQuery> {
  const typo = (text: string) => (random() < 0.2 ? text.slice(0, -1) : text)
  const text = random() < 0.2 ? pick(random, CODES) : typo(some(ASKED, Math.floor(random() * 3)))
  const filters = random() < 0.2 ? new Map([['brand', ['Acme']]]) : new Map<string, string[]>()
  return {
    q: text,
    category: random() < 0.3 ? pick(random, CATEGORIES) : null,
    filters,
    price: random() < 0.2 ? { min: 0, max: 2_000 } : null,
    sort: random() < 0.5 ? 'relevance' : 'price_asc',
    size: 100,
    facets: null,
  }
}

/** What a shopper would notice. */
function shown(answer: SearchAnswer): string {
  const { hits, total, facets, step, query_used, did_you_mean, zero_result } = answer
  // Nothing matched: in-stock items stand in, in an order that ties leave open.
  const listed = hits.map(({ highlight: _, ...hit }) => JSON.stringify(hit)).sort()
  return JSON.stringify({ listed, total, facets, step, query_used, did_you_mean, zero_result })
}

test(`an answer that a change alters carries one of its tags (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  const queries = Array.from({ length: QUERIES }, randomQuery)
  const ask = async (query: Partial<SearchQuery>) => {
    const answer = await shop.find(query)
    return { shown: shown(answer), tags: searchAnswerTags({ category: query.category ?? null }, answer) }
  }
  let kept = await Promise.all(queries.map(ask))
  const documents = new Map<number, Awaited<ReturnType<typeof indexItem>>>()
  for (let id = 1; id <= ITEMS; id++) documents.set(id, await indexItem(id))
  let altered = 0
  let spared = 0
  for (let change = 0; change < CHANGES; change++) {
    const id = 1 + Math.floor(random() * (ITEMS + 5))
    if (random() < 0.15) await database.pool.query('delete from items where item_id = $1', [id])
    else await writeItem(id)
    const before = documents.get(id) ?? null
    const after = await indexItem(id)
    documents.set(id, after)
    const named = items.tags(before, after)
    const emitted = new Set([...named.expire, ...named.remove])
    const fresh = await Promise.all(queries.map(ask))
    for (const [i, query] of queries.entries()) {
      const isNamed = kept[i]?.tags.some((tag) => emitted.has(tag)) ?? false
      // A busy machine can cut a search short; an answer that the change has altered stays altered when asked again.
      if (!isNamed && kept[i]?.shown !== fresh[i]?.shown) fresh[i] = await ask(query)
      if (kept[i]?.shown === fresh[i]?.shown) {
        if (!isNamed) spared += 1
        continue
      }
      altered += 1
      expect(isNamed, JSON.stringify({ query, change, id, before, after, tags: kept[i]?.tags })).toBe(true)
    }
    kept = fresh
  }
  // The test has seen both sides: answers that changed, and answers that were rightly left alone.
  expect(altered).toBeGreaterThan(CHANGES)
  expect(spared).toBeGreaterThan(CHANGES)
})
