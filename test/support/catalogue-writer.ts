/** Writers of a busy catalogue: every kind of change at a steady rate, in transactions short and long. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { randomBy } from './random.ts'

export type WriterOptions = {
  readonly url: string
  readonly perSecond: number
  readonly seed: number
  /** Ids of items that exist at the start are 1..items, of categories 1..categories. */
  readonly items: number
  readonly categories: number
}

export type Writing = {
  /** Rows written so far. */
  readonly written: number
  /** Ends after the transactions under way. @throws what a writer threw */
  stop(): Promise<void>
}

type Statement = { readonly text: string; readonly values: readonly unknown[] }
type Make = (random: () => number, options: WriterOptions) => Statement

const WRITERS = 4
const TRANSACTION_ROWS = 5
const PACE_MS = 10

const whole = (random: () => number, below: number): number => Math.floor(random() * below)
/** Of an item that exists, existed, or was written since. */
const idOf = (random: () => number, { items }: WriterOptions) => 1 + whole(random, items * 1.2)
const categoryOf = (random: () => number, { categories }: WriterOptions) => 1 + whole(random, categories)

const updatePrice: Make = (random, options) => ({
  text: 'update items set price_minor = $2::bigint where item_id = $1::bigint',
  values: [idOf(random, options), whole(random, 100_000)],
})
const rename: Make = (random, options) => ({
  text: 'update items set name = $2::text, attrs = $3::jsonb where item_id = $1::bigint',
  values: [idOf(random, options), `Item ${whole(random, 1e9)}`, { colour: `c${whole(random, 9)}` }],
})
const move: Make = (random, options) => ({
  text: 'update items set category_id = $2::bigint where item_id = $1::bigint',
  values: [idOf(random, options), categoryOf(random, options)],
})
const insert: Make = (random, options) => ({
  text: `insert into items (sku, name, category_id, price_minor, currency)
         values ($1::text, $1::text, $2::bigint, 1, 'EUR') on conflict do nothing`,
  values: [`NEW-${whole(random, 1e12)}`, categoryOf(random, options)],
})
const remove: Make = (random, options) => ({
  text: 'delete from items where item_id = $1::bigint',
  values: [idOf(random, options)],
})
const hide: Make = (random, options) => ({
  text: `update items set status = case status when 'active' then 'hidden' else 'active' end
          where item_id = $1::bigint`,
  values: [idOf(random, options)],
})
const setAvailability: Make = (random, options) => ({
  text: `insert into item_availability select item_id, $2::text from items where item_id = $1::bigint
         on conflict (item_id) do update set availability = excluded.availability`,
  values: [idOf(random, options), ['in_stock', 'low', 'out_of_stock'][whole(random, 3)]],
})
const changeKey: Make = (random, options) => ({
  text: `update items set item_id = nextval(pg_get_serial_sequence('items', 'item_id'))
          where item_id = $1::bigint and not exists (select from item_availability a where a.item_id = $1::bigint)`,
  values: [idOf(random, options)],
})
/** Never the root: a rename of it is every item, and several a second would leave time for nothing else. */
const renameCategory: Make = (random, options) => ({
  text: 'update categories set name = $2::text where category_id = $1::bigint and parent_id is not null',
  values: [categoryOf(random, options), `Category ${whole(random, 1e9)}`],
})

/** Each kind as often as its share of 100. */
const MIX: readonly (readonly [share: number, make: Make])[] = [
  [45.8, updatePrice],
  [12, rename],
  [12, move],
  [9, insert],
  [8, remove],
  [4, hide],
  [7, setAvailability],
  [2, changeKey],
  [0.2, renameCategory],
]

function nextStatement(random: () => number, options: WriterOptions): Statement {
  let at = random() * 100
  for (const [share, make] of MIX) {
    at -= share
    if (at < 0) return make(random, options)
  }
  return updatePrice(random, options)
}

/** Write until stopped. */
export function startWriting(options: WriterOptions): Writing {
  let written = 0
  let isStopping = false
  const startedAt = performance.now()
  const write = async (seed: number): Promise<void> => {
    const random = randomBy(seed)
    const client = new pg.Client({ connectionString: options.url, application_name: 'aisle-test-writer' })
    await client.connect()
    try {
      while (!isStopping) {
        if (written > ((performance.now() - startedAt) / 1_000) * options.perSecond) {
          await sleep(PACE_MS)
          continue
        }
        written += await writeSome(client, random, options)
      }
    } finally {
      await client.end()
    }
  }
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, i) => write(options.seed + i)))
  writers.catch(() => undefined) // reported by stop
  return {
    get written() {
      return written
    },
    async stop() {
      isStopping = true
      await writers
    },
  }
}

/** One row by itself, or now and then some in a transaction, which may be rolled back. @returns rows written */
async function writeSome(client: pg.Client, random: () => number, options: WriterOptions): Promise<number> {
  if (random() < 0.9) {
    await run(client, nextStatement(random, options))
    return 1
  }
  await client.query('begin')
  const isDone = await runAll(client, random, options)
  await client.query(isDone && random() < 0.8 ? 'commit' : 'rollback')
  return TRANSACTION_ROWS
}

async function runAll(client: pg.Client, random: () => number, options: WriterOptions): Promise<boolean> {
  for (let i = 0; i < TRANSACTION_ROWS; i++) {
    if (!(await run(client, nextStatement(random, options)))) return false
  }
  return true
}

/** @returns false when Postgres refused it because of another writer: they hit rows in any order */
async function run(client: pg.Client, { text, values }: Statement): Promise<boolean> {
  try {
    await client.query(text, [...values])
    return true
  } catch (thrown) {
    if (thrown instanceof pg.DatabaseError && REFUSED.has(thrown.code ?? '')) return false
    throw thrown
  }
}

/** A deadlock; an item that another writer took away under its availability. */
const REFUSED: ReadonlySet<string> = new Set(['40P01', '23503'])
