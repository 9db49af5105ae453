/** The category tree: find a path of names, create what is missing. */
import type { Pool, PoolClient } from 'pg'
import { freeSlug } from '../catalog/slug.ts'
import { inTransaction } from './pool.ts'

/** The lock that the path trigger takes (migration 0001): holding it keeps the tree still. */
const TREE_LOCK = '7265110402'

/** One child of a category. */
export type ChildCategory = { category_id: string; slug: string; name: string }

/** Children of one category; null: the roots. */
export async function findChildren(tx: PoolClient, parentId: string | null): Promise<ChildCategory[]> {
  const { rows } = await tx.query<ChildCategory>(
    `select category_id, slug, name
       from categories
      where parent_id is not distinct from $1::bigint
      order by category_id`,
    [parentId],
  )
  return rows
}

/** @returns id of the new category */
export async function insertCategory(
  tx: PoolClient,
  parentId: string | null,
  slug: string,
  name: string,
): Promise<string> {
  const { rows } = await tx.query<{ category_id: string }>(
    `insert into categories (parent_id, slug, name)
     values ($1::bigint, $2::text, $3::text)
     returning category_id`,
    [parentId, slug, name],
  )
  const [row] = rows
  if (!row) throw new Error('an insert that returns one row returned none')
  return row.category_id
}

/** A path of names and the id of its last category. */
export type EnsuredCategory = { readonly category_id: string; readonly created: number }

/**
 * The category at a path of names; missing ones are created, each with a slug of its own under its parent.
 * Safe beside other imports and renames: one transaction under the lock of the tree.
 * @param path names from the root, at least one
 */
export function ensureCategory(pool: Pool, path: readonly string[]): Promise<EnsuredCategory> {
  return inTransaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [TREE_LOCK])
    let parentId: string | null = null
    let created = 0
    for (const name of path) {
      const children: ChildCategory[] = await findChildren(tx, parentId)
      const known = children.find((child) => child.name === name)
      if (known) parentId = known.category_id
      else {
        const slug = freeSlug(name, new Set(children.map((child) => child.slug)))
        parentId = await insertCategory(tx, parentId, slug, name)
        created += 1
      }
    }
    if (parentId === null) throw new RangeError('path: at least one name expected')
    return { category_id: parentId, created }
  })
}
