/** Many documents touched by one commit: a large transaction, and a category whose name stands in each of its items. */
import { setTimeout as sleep } from 'node:timers/promises'
import { nextMarks, untilCount } from './marks.ts'
import type { Place } from './place.ts'

const LOOK_MS = 15
const DEADLINE_MS = 60_000
const SLUG = 'renamed-category'

/** @returns seconds from the commit of one transaction until all of its rows are searchable */
export async function transactionSeconds(place: Place, rows: number): Promise<number> {
  const first = await nextMarks(place.pool, rows)
  await place.pool.query('update items set price_minor = $1::bigint + item_id where item_id <= $2::bigint', [
    first - 1,
    rows,
  ])
  const committedAt = performance.now()
  await untilCount(place, first, rows)
  return (performance.now() - committedAt) / 1_000
}

/** @returns seconds from the commit of a new name until all items of the category show it */
export async function renameSeconds(place: Place, items: number): Promise<number> {
  await prepareCategory(place, items)
  const name = `Renamed ${await nextMarks(place.pool, 1)}`
  await place.pool.query('update categories set name = $1::text where slug = $2::text', [name, SLUG])
  const committedAt = performance.now()
  await untilNamed(place, name, items)
  return (performance.now() - committedAt) / 1_000
}

/** The category with its items, made on the first call. */
async function prepareCategory(place: Place, items: number): Promise<void> {
  const { rowCount } = await place.pool.query('select 1 from categories where slug = $1::text', [SLUG])
  if (rowCount !== 0) return
  await place.pool.query(
    `with made as (insert into categories (name, slug) values ('Not renamed', $1::text) returning category_id)
     update items set category_id = made.category_id from made where item_id <= $2::bigint`,
    [SLUG, items],
  )
  await untilNamed(place, 'Not renamed', items)
}

async function untilNamed({ client, names, setting }: Place, name: string, items: number): Promise<void> {
  const endsAt = performance.now() + DEADLINE_MS
  const count = async () =>
    (await client.count({ index: names.itemsAlias, query: { term: { cat: name } } })).count
  while ((await count()) < items) {
    setting.signal.throwIfAborted()
    if (performance.now() > endsAt)
      throw new Error(`${items} items are not named ${name} after ${DEADLINE_MS / 1_000} s`)
    await sleep(LOOK_MS)
  }
}
