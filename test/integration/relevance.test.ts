/**
 * How good search is on real products (Icecat: 19,406 items, 68 judged train queries): the figures of search
 * design 16 and the examples of its ladder. Ranking is judged through `GET /v1/search`, the rest one layer below.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SearchAnswer } from '../../src/catalog/answers.ts'
import { namesFor } from '../../src/catalog/names.ts'
import type { Clause } from '../../src/elasticsearch/query/clause.ts'
import { readQuery } from '../../src/elasticsearch/query/text.ts'
import { allWords, everyWord } from '../../src/elasticsearch/query/words.ts'
import { classLimits } from '../../src/http/classes.ts'
import { type Labels, mean, ndcg, parseJudgments } from '../../src/search/judgments.ts'
import { DATA, describeWith } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { edge } from '../support/edge.ts'
import { codedItems, ICECAT_ITEMS, useIcecat } from '../support/icecat.ts'
import { pick, randomBy } from '../support/random.ts'
import { searchOver, useElasticsearch, useReader, walk } from '../support/search-fixture.ts'
import { canBeMistyped, editedOnce, mistyped } from '../support/typos.ts'

const SEEDS = [1, 2, 3]
const DEPTH = 10
const CODES = 200
const SUGGESTIONS = 200

const database = await useDatabase('relevance')
const client = useElasticsearch(database.elasticsearchUrl)
const reader = useReader(database.elasticsearchUrl)
const shop = searchOver(database, reader)
const app = edge({
  search: shop.search,
  limits: classLimits({ search: 10_000, suggest: 10_000, item: 10_000 }),
})
const names = namesFor(database.namespace)

const trainQueries = () =>
  parseJudgments(readFileSync(join(DATA, 'icecat', 'judgments.csv'), 'utf8'), 'train')

/** nDCG@10 of one query through `GET /v1/search`, by the labels of what was meant. */
async function quality(q: string, labels: Labels): Promise<number> {
  const reply = await app.request(`/v1/search?${new URLSearchParams({ q, size: String(DEPTH), facets: '' })}`)
  expect(reply.status).toBe(200)
  const { hits } = (await reply.json()) as SearchAnswer
  return ndcg(
    hits.map((hit) => hit.sku),
    labels,
    DEPTH,
  )
}

/** Share of the codes whose item is the first hit, and among the first five. */
async function codeHits(asked: (code: string, name: string) => string) {
  const items = await codedItems(database)
  const owners = Map.groupBy(items, ({ code }) => plain(code))
  const random = randomBy(7)
  let [first, firstFive] = [0, 0]
  for (let i = 0; i < CODES; i++) {
    const { code, name } = pick(random, items)
    const { hits } = await shop.find({ q: asked(code, name), size: 5 })
    const ids = new Set(owners.get(plain(code))?.map((owner) => owner.id))
    if (ids.has(hits[0]?.item_id ?? '')) first += 1
    if (hits.some((hit) => ids.has(hit.item_id))) firstFive += 1
  }
  return { first: first / CODES, firstFive: firstFive / CODES }
}

const plain = (code: string) => code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Share of suggestions that are among the first five for what was typed of them. */
async function suggestHits(typed: (last: string, random: () => number) => string): Promise<number> {
  const body = { size: 10_000, query: { term: { kind: 'query' } }, _source: ['t'] }
  const { hits } = await client.search<{ t: string }>({ index: names.suggestionsAlias, ...body })
  // A last word of 6 letters leaves 4 to type; of fewer a typo leaves nothing to know it by.
  const texts = hits.hits
    .flatMap((hit) => hit._source?.t ?? [])
    .filter((text) => /(^| )\p{L}{6,}$/u.test(text))
  const random = randomBy(11)
  let found = 0
  for (let i = 0; i < SUGGESTIONS; i++) {
    const text = pick(random, texts)
    const words = text.split(' ')
    const last = words.pop() ?? ''
    const answers = await shop.suggest([...words, typed(last, random)].join(' '))
    if (answers.slice(0, 5).includes(text)) found += 1
  }
  return found / SUGGESTIONS
}

const begun = (word: string) => word.slice(0, Math.ceil(word.length * 0.6))

describeWith('data-icecat', 'on the Icecat products', () => {
  useIcecat(database, client)

  test('the train queries have an nDCG@10 of 0.80 or more', async () => {
    const scores: number[] = []
    for (const [query, labels] of trainQueries()) scores.push(await quality(query, labels))
    expect(scores).toHaveLength(68)
    expect(mean(scores)).toBeGreaterThanOrEqual(0.8)
  })

  test('with a typo in every word of five letters or more it is still 0.79', async () => {
    const queries = [...trainQueries()].filter(([query]) => canBeMistyped(query))
    const scores: number[] = []
    for (const seed of SEEDS) {
      const random = randomBy(seed)
      for (const [query, labels] of queries) scores.push(await quality(mistyped(query, random), labels))
    }
    expect(queries).toHaveLength(59)
    expect(mean(scores)).toBeGreaterThanOrEqual(0.79)
  })

  test.each([
    ['wireles keybord', 'corrected', 'wireless keyboard'],
    ['wireless keyb', 'prefix', 'wireless keyb'],
    ['harddrive', 'split', 'hard drive'],
    ['lap top', 'joined', 'laptop'],
    ['color laser jet printer', 'joined', 'color laserjet printer'],
    ['mousepad', 'split', 'mouse pad'],
    ['tn2110', 'code', 'tn2110'],
    ['TN-2110 toner', 'code', 'TN-2110 toner'],
    ['lc30hv', 'code_part', 'lc30hv'],
    ['headset bluetooth red yellow', 'any_word', 'headset bluetooth red yellow'],
    ['something to keep my coffee hot', 'any_word', 'something to keep my coffee hot'],
    ['qwzxv', 'popular', 'qwzxv'],
  ])('"%s" is answered by the step %s as "%s"', async (q, step, used) => {
    const answer = await shop.find({ q })
    expect(answer).toMatchObject({ step, query_used: used })
    expect(answer.hits.length).toBeGreaterThan(0)
  })

  test('exact asks for the words as typed and offers the correction', async () => {
    expect(await shop.find({ q: 'wireles keybord', exact: true })).toMatchObject({
      step: 'all_words',
      total: { value: 0 },
      did_you_mean: 'wireless keyboard',
    })
  })

  test.each([
    ['as printed', (code: string) => code],
    ['in lower case', (code: string) => code.toLowerCase()],
    ['with spaces', (code: string) => code.replaceAll(/[^A-Za-z0-9]+/g, ' ').trim()],
    ['without separators', plain],
    ['behind another word', (code: string, name: string) => `${name.split(' ')[0]} ${code}`],
  ])('a code %s finds its item first', async (_, asked) => {
    expect(await codeHits(asked)).toEqual({ first: 1, firstFive: 1 })
  })

  test('a code that is begun, or lacks its ends, is found as often as it can be told from others', async () => {
    const prefix = await codeHits((code) => begun(plain(code)))
    expect([prefix.first > 0.45, prefix.firstFive > 0.75]).toEqual([true, true])
    const inside = await codeHits((code) => plain(code).slice(2, -1))
    expect([inside.first > 0.4, inside.firstFive > 0.5]).toEqual([true, true])
  })

  test('numbers that are not codes leave the ten first hits as they are', async () => {
    const firstIds = async (query: Clause) => {
      const sort = [{ _score: { order: 'desc' as const } }, { item_id: 'asc' as const }]
      const reply = await client.search({ index: names.itemsAlias, size: 10, query, sort, _source: false })
      return reply.hits.hits.map((hit) => hit._id)
    }
    const queries =
      `1080p projector|usb 3.0 hub|17" laptop|hp 80|usb 2.0 cable|24 inch monitor|4 port switch|8gb ram|
      500gb hard drive|2tb external|cat 5e cable|3 button mouse|5.1 speakers|32gb usb|15.6 notebook|100 pack cd|
      a4 paper|windows 7`.split(/\s*\|\s*/)
    for (const q of queries) {
      const query = readQuery(q)
      expect([q, await firstIds(allWords(query))]).toEqual([q, await firstIds(everyWord(query))])
    }
  })

  test('a suggestion is among the first five for 60 % of its last word', async () => {
    expect(await suggestHits(begun)).toBeGreaterThanOrEqual(0.97)
  })

  test('a suggestion is among the first five when what is typed of it has a typo', async () => {
    expect(await suggestHits((last, random) => editedOnce(begun(last), random))).toBeGreaterThanOrEqual(0.9)
  })

  test('a walk by cursor goes beyond 10,000 items and meets each once', async () => {
    const pages = await walk(shop.find, { sort: 'price_asc', size: 100 })
    const ids = pages.flatMap((page) => page.hits.map((hit) => hit.item_id))
    expect(pages[0]?.total).toEqual({ value: 10_000, relation: 'gte' })
    expect([ids.length, new Set(ids).size]).toEqual([ICECAT_ITEMS, ICECAT_ITEMS])
  })
})
