/** `bin/aisle import` and `seed` against a real Postgres: hostile rows, repeats, duplicates, real catalogues. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { runAisle, startAisle, temporaryFile } from '../support/aisle-command.ts'
import { DATA, testWith } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { waitFor } from '../support/wait-for.ts'

const { pool, env } = await useDatabase('import')

beforeEach(() => pool.query('truncate categories, items restart identity cascade'))

const ROW = { sku: 'A1', name: 'Kettle', category: ['Kitchen', 'Kettles'], price_minor: 1299 }
const jsonLines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

async function importFile(content: string | Buffer, args: string[] = [], name = 'products.jsonl') {
  const end = await runAisle(env, 'import', temporaryFile(name, content), '--json', ...args)
  return { ...end, report: end.stdout === '' ? null : JSON.parse(end.stdout) }
}

/** What tells whether a row was touched: version, locks, time. */
async function versions() {
  const { rows } = await pool.query(
    `select 'item' as kind, item_id as id, xmin::text, xmax::text, updated_at::text from items
     union all select 'category', category_id, xmin::text, xmax::text, '' from categories
     union all select 'availability', item_id, xmin::text, xmax::text, availability from item_availability
     union all select 'popularity', item_id, xmin::text, xmax::text, score::text from item_popularity
     union all select 'facet', position, xmin::text, xmax::text, attr from category_facets
     order by kind, id`,
  )
  return rows
}

async function itemBySku(sku: string) {
  const { rows } = await pool.query(
    `select i.name, i.price_minor, i.attrs, i.status, c.path_slugs, a.availability, p.score
       from items i join categories c using (category_id)
       left join item_availability a using (item_id) left join item_popularity p using (item_id)
      where sku = $1`,
    [sku],
  )
  return rows[0]
}

describe('one file', () => {
  test('a row becomes an item with category, availability and popularity', async () => {
    const { code, report } = await importFile(jsonLines({ ...ROW, attrs: { color: 'Red' }, popularity: 0.5 }))
    expect({ code, inserted: report.inserted, mapping: report.mapping }).toEqual({
      code: 0,
      inserted: 1,
      mapping: 'plain',
    })
    expect(await itemBySku('A1')).toEqual({
      name: 'Kettle',
      price_minor: '1299',
      attrs: { color: 'Red' },
      status: 'active',
      path_slugs: ['kitchen', 'kettles'],
      availability: 'in_stock',
      score: 0.5,
    })
  })

  test('gzip is told by its content, CSV by its header', async () => {
    const csv =
      'sku,name,category,price_minor,attrs.color\nC1,"Kettle, red",Kitchen > Kettles,1299,Red|Blue\n'
    const { code } = await importFile(gzipSync(csv), [], 'products.dat')
    expect(code).toBe(0)
    expect(await itemBySku('C1')).toMatchObject({ name: 'Kettle, red', attrs: { color: ['Red', 'Blue'] } })
  })

  test('of two rows with one sku the last wins, wherever they stand', async () => {
    const rows = [ROW, { ...ROW, sku: 'B1' }, { ...ROW, name: 'Later' }, { ...ROW, name: 'Last' }]
    const { report } = await importFile(jsonLines(...rows), ['--batch', '1'])
    expect(report).toMatchObject({ inserted: 2, duplicates: 2 })
    expect((await itemBySku('A1')).name).toBe('Last')
  })

  test('two category names with one slug are two categories', async () => {
    const rows = [ROW, { ...ROW, sku: 'B1', category: ['Kitchen', 'Kettles!'] }]
    await importFile(jsonLines(...rows))
    expect((await itemBySku('B1')).path_slugs).toEqual(['kitchen', 'kettles-2'])
    expect((await importFile(jsonLines(...rows))).report.unchanged).toBe(2)
  })

  test('a file that breaks off loads nothing', async () => {
    const whole = gzipSync(jsonLines(...Array.from({ length: 500 }, (_, i) => ({ ...ROW, sku: `S${i}` }))))
    const { code, stderr } = await importFile(whole.subarray(0, whole.length - 200), ['--batch', '10'])
    expect(code).toBe(3)
    expect(stderr).toContain('cannot be read to its end')
    expect(await itemBySku('S0')).toBeUndefined()
  })

  test('a stop in the middle leaves whole batches, and the next run loads the rest', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ ...ROW, sku: `S${i}` }))
    const args = ['import', temporaryFile('many.jsonl', jsonLines(...rows)), '--batch', '50', '--json']
    const countOf = async (table: string) =>
      (await pool.query(`select count(*)::integer as n from ${table}`)).rows[0].n
    const running = startAisle(env, ...args)
    await waitFor('some rows are loaded', async () => (await countOf('items')) > 0)
    running.signal('SIGINT')
    expect((await running.end).code).toBe(130)
    const loaded = await countOf('items')
    expect({ rest: loaded % 50, isPart: loaded < rows.length }).toEqual({ rest: 0, isPart: true })
    expect(await countOf('item_availability')).toBe(loaded)
    const report = JSON.parse((await runAisle(env, ...args)).stdout)
    expect(report).toMatchObject({ inserted: rows.length - loaded, unchanged: loaded })
  })

  test('a dry run checks everything and changes nothing', async () => {
    const { code, report } = await importFile(jsonLines(ROW, { ...ROW, price_minor: -1 }), ['--dry-run'])
    expect({ code, refused: report.refused, item: await itemBySku('A1') }).toEqual({ code: 1, refused: 1 })
  })

  test('unknown fields, a wrong currency and a missing file say what to do', async () => {
    expect((await importFile('{"foo":1}')).stderr).toContain('give --mapping')
    const part = { key: 'a', name: 'b', category: ['c'], rank_in_source: 1 }
    const { code, stderr } = await importFile(jsonLines(part))
    expect(code).toBe(3)
    expect(stderr).toContain('set AISLE_CURRENCY=USD')
    expect((await runAisle(env, 'import', '/nowhere/x.jsonl')).code).toBe(3)
  })
})

describe('hostile rows', () => {
  const bad: [content: string | Buffer, field: string][] = [
    ['{"sku":"X1"', 'row'],
    ['[1,2]', 'row'],
    ['null', 'row'],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'row'],
    [jsonLines({ ...ROW, name: null }), 'name'],
    [jsonLines({ ...ROW, name: 'x'.repeat(1001) }), 'name'],
    [jsonLines({ ...ROW, name: 'nul \0 inside' }), 'name'],
    [jsonLines({ ...ROW, price_minor: -5 }), 'price_minor'],
    [jsonLines({ ...ROW, category: ['Kitchen > Kettles'] }), 'category'],
    ['{"sku":"X9","name":"\\ud83d","category":["K"]}', 'name'],
    ['{"sku":"X9","name":"n","category":["K"],"attrs":{"a":"\\u0000"}}', 'attrs.a'],
    ['{"sku":"X9","name":"n","category":["K"],"attrs":{"a":1e999}}', 'attrs.a'],
    [jsonLines({ ...ROW, created_at: '0000-00-00' }), 'created_at'],
  ]

  test('each is refused with line, field and reason, and all good rows are loaded', async () => {
    const good = bad.map((_, i) => jsonLines({ ...ROW, sku: `GOOD-${i}` }))
    const content = bad.flatMap(([row], i) => [Buffer.from(row), Buffer.from(`\n${good[i]}\n`)])
    const { code, report } = await importFile(Buffer.concat(content))
    expect(code).toBe(1)
    expect(report).toMatchObject({ inserted: bad.length, refused: bad.length })
    expect(report.refusals.map((row: { line: number; field: string }) => [row.line, row.field])).toEqual(
      bad.map(([, field], i) => [2 * i + 1, field]),
    )
  })

  test('texts that look like syntax of COPY, arrays or SQL are stored as they are', async () => {
    const text = `a\tb\\N\n{"x",NULL} '; drop table items; -- \\. é 漢 😀 "quoted"`
    const row = {
      ...ROW,
      description: text,
      codes: ['a"b\\c,1', 'NULL'],
      attrs: { note: text, list: [text, '\\'] },
    }
    expect((await importFile(jsonLines(row))).code).toBe(0)
    const { rows } = await pool.query('select description, codes, attrs from items')
    expect(rows).toEqual([{ description: text, codes: ['a"b\\c,1', 'NULL'], attrs: row.attrs }])
  })

  test('the longest texts that are allowed fit the indexes', async () => {
    const wide = '漢'.repeat(1000)
    const words = Array.from({ length: 10_000 }, (_, i) => `wört${i}`).join(' ')
    const row = { ...ROW, sku: '鍵'.repeat(200), name: wide, brand: '牌'.repeat(200), description: words }
    expect((await importFile(jsonLines(row))).report).toMatchObject({ inserted: 1, refused: 0 })
  })

  test('the first reasons are shown to people and all go to a file', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ ...ROW, sku: `S${i}`, price_minor: -1 }))
    const list = temporaryFile('refused.jsonl', '')
    const end = await runAisle(env, 'import', temporaryFile('p.jsonl', jsonLines(...rows)), '--refused', list)
    expect(end.code).toBe(1)
    expect(end.stderr.match(/line \d+: price_minor/g)).toHaveLength(20)
    expect(end.stderr).toContain('30 rows were refused')
    expect(readFileSync(list, 'utf8').trim().split('\n')).toHaveLength(30)
  })
})

describe('a second import', () => {
  test('touches no row: no version, no lock, no time', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({
      ...ROW,
      sku: `S${i % 250}`, // with duplicates
      price_minor: i,
      attrs: { color: i % 2 ? 'Red' : 'Blue' },
      popularity: i / 1000,
    }))
    const file = jsonLines(...rows)
    await importFile(file, ['--batch', '70'])
    const before = await versions()
    const { report } = await importFile(file, ['--batch', '70'])
    expect(report).toMatchObject({ inserted: 0, updated: 0, unchanged: 250, facets_changed: 0 })
    expect(await versions()).toEqual(before)
  })

  test('changes what differs and leaves stock, status and the first date alone', async () => {
    await importFile(jsonLines(ROW, { ...ROW, sku: 'B1' }))
    await pool.query(`update item_availability set availability = 'low'`)
    await pool.query(`update items set status = 'hidden', created_at = '2020-01-01' where sku = 'A1'`)
    const { report } = await importFile(
      jsonLines({ ...ROW, price_minor: 999, availability: 'in_stock' }, { ...ROW, sku: 'B1' }),
    )
    expect(report).toMatchObject({ updated: 1, unchanged: 1 })
    expect(await itemBySku('A1')).toMatchObject({ price_minor: '999', availability: 'low', status: 'hidden' })
    const { rows } = await pool.query(`select from items where created_at = '2020-01-01'`)
    expect(rows).toHaveLength(1)
  })
})

describe('facets of categories', () => {
  test('are the attributes with two values or more that enough items have, per subtree', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      ...ROW,
      sku: `S${i}`,
      category: i < 20 ? ['Kitchen', 'Kettles'] : ['Kitchen', 'Pans'],
      attrs: {
        ...(i < 20 ? { power: i % 2 ? '1 kW' : '2 kW', material: 'Steel' } : { diameter: i % 3 }),
        color: ['Red', i % 2 ? 'Blue' : 'Green'],
        prose: `${'long '.repeat(20)}${i}`,
        ...(i === 0 ? { rare: 'a' } : i === 1 ? { rare: 'b' } : {}),
      },
    }))
    await importFile(jsonLines(...rows))
    const { rows: facets } = await pool.query(
      `select coalesce(c.name, 'all') as category, string_agg(f.attr, ' ' order by f.position) as attrs
         from category_facets f left join categories c using (category_id) group by 1 order by min(coalesce(c.name, 'all') collate "C")`,
    )
    expect(facets).toEqual([
      { category: 'Kettles', attrs: 'color power rare' },
      { category: 'Kitchen', attrs: 'color diameter power rare' },
      { category: 'Pans', attrs: 'color diameter' },
      { category: 'all', attrs: 'color diameter power rare' },
    ])
  })
})

test('a seeded shop of 2,000 items is the same when it is seeded again', async () => {
  expect((await runAisle(env, 'seed', '--items', '2000')).code).toBe(0)
  const before = await versions()
  const again = await runAisle(env, 'seed', '--items', '2000', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ items: 2000, inserted: 0, updated: 0, unchanged: 2000 })
  expect(await versions()).toEqual(before)
})

testWith(
  'data-icecat',
  'the Icecat catalogue loads whole, and a second time nothing is written',
  async () => {
    const file = join(DATA, 'icecat/products.jsonl.gz')
    const first = JSON.parse((await runAisle(env, 'import', file, '--json')).stdout)
    expect(first).toMatchObject({ mapping: 'icecat', rows: 19_406, inserted: 19_406, refused: 0 })
    const again = JSON.parse((await runAisle(env, 'import', file, '--json')).stdout)
    expect(again).toMatchObject({ inserted: 0, updated: 0, unchanged: 19_406 })
  },
  90_000,
)

testWith(
  'data-pc-parts',
  'the PC parts load whole, most without price',
  async () => {
    const file = join(DATA, 'pc-parts/products.jsonl.gz')
    const end = await runAisle({ ...env, AISLE_CURRENCY: 'USD' }, 'import', file, '--json')
    expect(JSON.parse(end.stdout)).toMatchObject({ mapping: 'pc-parts', inserted: 62_585, refused: 0 })
    const { rows } = await pool.query<{ n: number }>(
      'select count(*)::integer as n from items where price_minor is null',
    )
    expect(rows[0]?.n).toBe(46_996)
  },
  90_000,
)
