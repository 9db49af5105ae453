/** Facet counts against a plain count over the rows: every bucket of 200 random choices. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Facet } from '../../src/catalog/answers.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { pick, randomBy } from '../support/random.ts'
import { searchOver, useElasticsearch, useReader } from '../support/search-fixture.ts'

const database = await useDatabase('facets')
const client = useElasticsearch(database.elasticsearchUrl)
const reader = useReader(database.elasticsearchUrl)
const shop = searchOver(database, reader)

const ITEMS = 2_000
const COMBINATIONS = 200
const SEED = Number(process.env['AISLE_TEST_SEED'] ?? 4_711)

/** One row as a plain count sees it: the values of every facet. */
type Row = {
  readonly words: readonly string[]
  readonly price: number | null
  readonly values: Readonly<Record<string, readonly string[]>>
}

const CATEGORIES = ['home', 'home/kitchen', 'home/garden', 'office'] as const
const NAMES = ['chair', 'table', 'lamp', 'shelf']
const BRANDS = Array.from({ length: 70 }, (_, i) => `Brand ${String.fromCharCode(65 + (i % 26))}${i} (x*)`)
const BOUNDS = [0, 77, 123, 999, 1_000, 1_999, 2_000, 4_567, 4_999, 5_000, 49_999, 100_000]
const random = randomBy(SEED)

/** One in ten has none; every fifth lies on a bound, where off-by-one shows. */
function randomPrice(): number | null {
  const kind = random()
  if (kind < 0.1) return null
  return kind < 0.3 ? pick(random, BOUNDS) : Math.floor(random() ** 4 * 500_000)
}

function randomRow(): Row {
  const skewed = Math.floor(random() ** 3 * BRANDS.length) // a few big brands, many beyond the 50 that are shown
  return {
    words: [pick(random, NAMES), pick(random, ['oak', 'steel'])],
    price: randomPrice(),
    values: {
      category: [pick(random, CATEGORIES)],
      brand: random() < 0.05 ? [] : [BRANDS[skewed] ?? ''],
      availability: [pick(random, ['in_stock', 'low', 'out_of_stock'])],
      colour: [['Red', 'Blue', 'Green'].filter(() => random() < 0.4)].flat(),
      'seats.size': [],
    },
  }
}
const rows = Array.from({ length: ITEMS }, randomRow)

beforeAll(async () => {
  await database.pool.query(
    `insert into categories (category_id, parent_id, slug, name)
     values (1, null, 'home', 'Home'), (2, 1, 'kitchen', 'Kitchen'), (3, 1, 'garden', 'Garden'),
            (4, null, 'office', 'Office')`,
  )
  const column = <T>(value: (row: Row) => T) => rows.map(value)
  await database.pool.query(
    `insert into items (item_id, sku, name, brand, category_id, price_minor, currency, attrs)
     select n, 'F' || n, name, brand, category_id, price, 'EUR',
            case when colours = '' then '{}' else jsonb_build_object('colour', string_to_array(colours, '|')) end
       from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
            with ordinality as row (name, brand, category_id, price, colours, n)`,
    [
      column((row) => row.words.join(' ')),
      column((row) => row.values['brand']?.[0] ?? null),
      column((row) => CATEGORIES.indexOf(row.values['category']?.[0] as (typeof CATEGORIES)[number]) + 1),
      column((row) => row.price),
      column((row) => (row.values['colour'] ?? []).join('|')),
    ],
  )
  await database.pool.query(
    `insert into item_availability
     select n, availability from unnest($1::text[]) with ordinality as row (availability, n)`,
    [column((row) => row.values['availability']?.[0])],
  )
  await database.pool.query(`insert into category_facets values (null, 'colour', 1, 0.7)`)
  await fillItemsIndex(client, database.pool, database.namespace)
})

type Choice = { readonly filters: Map<string, string[]>; readonly q: string }

/** One to three facets with one to three values each, some of which no item has; every second with a word. */
function randomChoice(): Choice {
  const names = ['brand', 'price', 'availability', 'colour', 'category']
    .map((name) => ({ name, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, 1 + Math.floor(random() * 3))
  const filters = new Map(names.map(({ name }) => [name, [...new Set(randomValues(name))]]))
  return { filters, q: random() < 0.5 ? '' : pick(random, NAMES) }
}

function randomValues(name: string): string[] {
  const known: Record<string, readonly string[]> = {
    brand: [...BRANDS, 'No such brand'],
    price: ['-999', '1000-1999', '5000-49999', '100000-', '123-4567', '77-77'],
    availability: ['in_stock', 'low', 'out_of_stock'],
    colour: ['Red', 'Blue', 'Green', 'Mauve'],
    category: CATEGORIES,
  }
  return Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, known[name] ?? []))
}

function isIn(row: Row, facet: string, value: string): boolean {
  if (facet === 'price') {
    const [min = '', max = ''] = value.split('-')
    return row.price !== null && row.price >= Number(min) && (max === '' || row.price <= Number(max))
  }
  const own = row.values[facet] ?? []
  return facet === 'category' ? own.some((path) => `${path}/`.startsWith(`${value}/`)) : own.includes(value)
}

/** Rows that fit the words and every facet but one. */
function rowsWithout({ filters, q }: Choice, left: string | null): Row[] {
  return rows.filter(
    (row) =>
      (q === '' || row.words.includes(q)) &&
      [...filters].every(([name, values]) => name === left || values.some((value) => isIn(row, name, value))),
  )
}

/** Values of one facet whose count is not the plain count. */
function differences(choice: Choice, facet: Facet): string[] {
  const fitting = rowsWithout(choice, facet.name)
  return facet.values.flatMap(({ value, count, selected }) => {
    const plain = fitting.filter((row) => isIn(row, facet.name, value)).length
    const isSelected = choice.filters.get(facet.name)?.includes(value) ?? false
    return plain === count && selected === isSelected
      ? []
      : [`${facet.name}=${value}: ${count}, not ${plain}`]
  })
}

describe('facet counts', () => {
  test(`every count of ${COMBINATIONS} random choices is the plain count (seed ${SEED})`, async () => {
    let counted = 0
    for (let i = 0; i < COMBINATIONS; i++) {
      const choice = randomChoice()
      const answer = await shop.find({ ...choice, facets: null, size: 1 })
      const shown = JSON.stringify([...choice.filters, choice.q])
      expect([shown, answer.total.value]).toEqual([shown, rowsWithout(choice, null).length])
      expect([shown, answer.facets.flatMap((facet) => differences(choice, facet))]).toEqual([shown, []])
      const missing = [...choice.filters].flatMap(([name, values]) => {
        const there = answer.facets.find((facet) => facet.name === name)?.values.map((value) => value.value)
        return values.filter((value) => !there?.includes(value))
      })
      expect([shown, missing]).toEqual([shown, []])
      counted += answer.facets.reduce((sum, facet) => sum + facet.values.length, 0)
    }
    expect(counted).toBeGreaterThan(COMBINATIONS * 20)
  }, 60_000)

  test('the price parameter is a choice of the price facet', async () => {
    const answer = await shop.find({ price: { min: 1_000, max: 1_999 }, facets: ['price'] })
    const selected = answer.facets[0]?.values.filter((value) => value.selected)
    expect(selected).toMatchObject([{ value: '1000-1999', count: answer.total.value }])
  })

  test('categories are those below the one that is open', async () => {
    const { facets } = await shop.find({ category: 'home', facets: ['category'] })
    expect(facets[0]?.values.map((value) => value.value).sort()).toEqual(['home/garden', 'home/kitchen'])
  })

  test('page 2 counts no facets unless it names them', async () => {
    expect((await shop.find({ page: 2, facets: null })).facets).toEqual([])
    expect((await shop.find({ page: 2, facets: ['brand'] })).facets).toHaveLength(1)
  })
})

describe('values of one facet', () => {
  test('a value is found by a piece of its text, whatever the case and signs', async () => {
    const { facet } = await shop.facet({ name: 'brand', contains: 'BRAND b1 (X*' })
    expect(facet.values.map((value) => value.value)).toEqual(['Brand B1 (x*)'])
  })

  test('values are counted inside the query and the other choices', async () => {
    const choice = { q: 'lamp', filters: new Map([['availability', ['low']]]) }
    const { facet } = await shop.facet({ ...choice, name: 'colour' })
    expect(differences(choice, facet)).toEqual([])
    expect(facet.values).toHaveLength(3)
  })

  test('a facet that is not known is refused', async () => {
    await expect(shop.facet({ name: 'material' })).rejects.toMatchObject({
      reason: 'unknown-facet',
      field: 'name',
    })
  })
})
