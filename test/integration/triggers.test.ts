/** The catalogue's two triggers and its migrations: stored category paths, what is kept of items, a second run. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { migrate } from '../../src/postgres/migrate.ts'
import { useDatabase } from '../support/database.ts'
import { waitFor } from '../support/wait-for.ts'

const { pool } = await useDatabase('triggers')

/** Root 1 with child 2 and grandchild 3, and another root 4. */
beforeEach(async () => {
  await pool.query('truncate categories restart identity cascade')
  await pool.query(`insert into categories (category_id, parent_id, slug, name) values
    (1, null, 'storage', 'Storage'), (2, 1, 'drives', 'Drives'), (3, 2, 'ssd', 'SSD'), (4, null, 'sale', 'Sale')`)
})

async function pathOf(id: number) {
  const { rows } = await pool.query<{ ids: string; names: string; slugs: string }>(
    `select array_to_string(path_ids, '/') as ids, array_to_string(path_names, '/') as names,
            array_to_string(path_slugs, '/') as slugs
       from categories where category_id = $1`,
    [id],
  )
  return rows[0]
}

/** A session whose transaction stays open until the test says so. */
async function openTransaction() {
  const session = await pool.connect()
  onTestFinished(() => session.release(true))
  await session.query('begin')
  return session
}

test('a second run of the migrations applies nothing', async () => {
  expect(await migrate(pool)).toEqual([])
})

describe('stored paths of categories', () => {
  test('a new category has the path of its parent and its own name at the end', async () => {
    expect(await pathOf(3)).toEqual({
      ids: '1/2/3',
      names: 'Storage/Drives/SSD',
      slugs: 'storage/drives/ssd',
    })
  })

  test('a rename and a new slug reach the whole subtree', async () => {
    await pool.query(`update categories set name = 'Memory', slug = 'memory' where category_id = 1`)
    expect(await pathOf(3)).toEqual({ ids: '1/2/3', names: 'Memory/Drives/SSD', slugs: 'memory/drives/ssd' })
  })

  test('a move takes the subtree along', async () => {
    await pool.query('update categories set parent_id = 4 where category_id = 2')
    expect(await pathOf(3)).toEqual({ ids: '4/2/3', names: 'Sale/Drives/SSD', slugs: 'sale/drives/ssd' })
  })

  test('a move below itself is refused and changes nothing', async () => {
    const move = pool.query('update categories set parent_id = 3 where category_id = 1')
    await expect(move).rejects.toMatchObject({ code: '23514' })
    expect((await pathOf(3))?.ids).toBe('1/2/3')
  })

  test('a name with the separator of paths and a second root of one slug are refused', async () => {
    await expect(
      pool.query(`insert into categories (slug, name) values ('x', 'A > B')`),
    ).rejects.toMatchObject({ code: '23514' })
    await expect(
      pool.query(`insert into categories (slug, name) values ('sale', 'Sale')`),
    ).rejects.toMatchObject({ code: '23505' })
  })

  test('a child inserted beside a rename of its parent gets the new name', async () => {
    const [rename, insert] = [await openTransaction(), await openTransaction()]
    await rename.query(`update categories set name = 'Renamed' where category_id = 2`)
    const inserted = insert.query(
      `insert into categories (category_id, parent_id, slug, name) values (9, 2, 'hdd', 'HDD')`,
    )
    await waitFor('the insert waits for the rename', async () => {
      const { rows } = await pool.query(
        `select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`,
      )
      return rows.length > 0
    })
    await rename.query('commit')
    await inserted
    await insert.query('commit')
    expect((await pathOf(9))?.names).toBe('Storage/Renamed/HDD')
  })
})

test('every update of an item moves updated_at forward', async () => {
  await pool.query(`insert into items (item_id, sku, name, category_id, currency, updated_at)
    values (1, 'A1', 'Disk', 3, 'EUR', '2020-01-01')`)
  await pool.query('update items set price_minor = 5 where item_id = 1')
  const { rows } = await pool.query<{ updated_at: Date }>('select updated_at from items where item_id = 1')
  expect(rows[0]?.updated_at.getUTCFullYear()).toBeGreaterThan(2020)
})

describe('words of an item for search from Postgres', () => {
  const words = async () => {
    const { rows } = await pool.query<{ words: string }>(
      'select search_tsv::text as words from items where item_id = 1',
    )
    return rows[0]?.words
  }
  /** Kept words that no text gives, as if by an accident: whoever computes them again heals them. */
  const spoil = async () => {
    const session = await pool.connect()
    onTestFinished(() => session.release(true))
    await session.query('set session_replication_role = replica') // triggers rest
    await session.query(`update items set search_tsv = 'spoilt' where item_id = 1`)
  }

  beforeEach(async () => {
    await pool.query(`insert into items (item_id, sku, name, brand, model, description, category_id, currency)
      values (1, 'A1', 'Disk', 'Acme', 'D1', 'Silent', 3, 'EUR')`)
  })

  test('an insert gives them, weighted by where they stand', async () => {
    expect(await words()).toBe("'acm':3B 'd1':2B 'disk':1A 'silent':4C")
  })

  test.each(['name', 'brand', 'model', 'description'])('a new %s gives new words', async (column) => {
    await pool.query(`update items set ${column} = 'Quick' where item_id = 1`)
    expect(await words()).toContain("'quick':")
  })

  test('a text that becomes null leaves with its words', async () => {
    await pool.query('update items set description = null where item_id = 1')
    expect(await words()).not.toContain('silent')
  })

  test('words written by hand are replaced', async () => {
    await pool.query(`update items set search_tsv = 'forged' where item_id = 1`)
    expect(await words()).toContain("'disk':1A")
    await pool.query(`update items set search_tsv = 'forged', name = 'Drive' where item_id = 1`)
    expect(await words()).toContain("'drive':1A")
  })

  test('a change of the price does not compute them again', async () => {
    await spoil()
    await pool.query('update items set price_minor = 5 where item_id = 1')
    expect(await words()).toBe("'spoilt'")
    await pool.query(`update items set name = 'Disk 2' where item_id = 1`)
    expect(await words()).toContain("'disk':1A")
  })
})

test('a change of the price writes no index, and the stream carries the key alone', async () => {
  await pool.query(`insert into items (item_id, sku, name, category_id, currency)
    select i, 'A' || i, 'Disk ' || i, 3, 'EUR' from generate_series(1, 200) i`)
  await pool.query('update items set price_minor = 5 where item_id % 7 = 0')
  await waitFor('the update is counted', async () => {
    const { rows } = await pool.query<{ updates: number; hot: number }>(
      `select n_tup_upd::integer as updates, n_tup_hot_upd::integer as hot
         from pg_stat_user_tables where relname = 'items'`,
    )
    return rows[0] !== undefined && rows[0].hot >= 28 ? true : undefined
  })
  const { rows } = await pool.query<{ table: string; columns: string }>(
    `select tablename::text as table, array_to_string(attnames, ',') as columns
       from pg_publication_tables where pubname = 'aisle_catalog' and tablename <> 'outbox' order by 1`,
  )
  expect(rows).toEqual([
    { table: 'categories', columns: 'category_id' },
    { table: 'item_availability', columns: 'item_id' },
    { table: 'item_popularity', columns: 'item_id' },
    { table: 'items', columns: 'item_id' },
  ])
})
