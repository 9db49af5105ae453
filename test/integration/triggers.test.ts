/** The catalogue's two triggers and its migrations: stored category paths, `updated_at`, a second run. */
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
