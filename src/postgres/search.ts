/**
 * Search from Postgres, for when Elasticsearch is away (search design, section 14): exact code, all words, any
 * word, typo, and suggestions by prefix. One statement per step, each served by an index of migration 0005.
 * Relevance on the 68 judged queries: 0.685 nDCG@10 for all words, against 0.811 of the ladder.
 */
import type { Pool } from 'pg'
import { gtinForms } from '../catalog/gtin.ts'
import type { Availability } from '../catalog/item.ts'
import { readRows } from './cancellable.ts'
import { inTransaction } from './pool.ts'
import { conditionsOf, type RowFilter } from './row-filter.ts'

/** A found item with what a result list shows. bigint as text; `rank` compares within one step only. */
export type FoundItem = {
  readonly item_id: string
  readonly sku: string
  readonly name: string
  readonly brand: string | null
  readonly price_minor: string | null
  readonly currency: string
  readonly availability: Availability
  readonly image_url: string | null
  readonly category_id: string
  readonly path_names: readonly string[]
  readonly path_slugs: readonly string[]
  readonly rank: number
  /** Items that match, on all pages. */
  readonly total: number
}

/** Orders of a result list; `relevance` of a browse without words is by popularity. */
export type RowOrder = 'relevance' | 'price_asc' | 'price_desc' | 'newest' | 'name' | 'popular'

export type PageOfItems = {
  /** Only below this category; null: everywhere. */
  readonly categoryId: string | null
  readonly offset: number
  readonly limit: number
  readonly filters?: readonly RowFilter[]
  readonly order?: RowOrder
}

/** A name that begins with what was typed. */
export type PrefixSuggestion = { readonly item_id: string; readonly name: string }

/** The typo step costs up to 100 times the others: it ends soon rather than late. */
const TYPO_TIMEOUT_MS = 200

/** Weights of D, C, B, A; 1: divided by 1 + log of the length. */
const RANK_WEIGHTS = `'{0.1,0.2,0.5,1}'`

/** Any of the words: the words of the query as Postgres reads them, joined by "or". */
const ANY_WORD = `replace(plainto_tsquery('pg_catalog.english', $1::text)::text, '&', '|')::tsquery`
const ALL_WORDS = `plainto_tsquery('pg_catalog.english', $1::text)`

/** Keys of the orders beside the rank; ties go to the older item. */
const ORDER_KEYS: Readonly<Record<RowOrder, string>> = {
  relevance: 'null::integer',
  price_asc: 'i.price_minor',
  price_desc: '-i.price_minor',
  newest: '-extract(epoch from i.created_at)',
  name: 'lower(i.name)',
  popular: '-coalesce((select score from item_popularity where item_id = i.item_id), 0)',
}

const inCategory = `($2::bigint is null
            or i.category_id in (select category_id from categories where path_ids @> array[$2::bigint]))`

/** $1 text, $2 category or null, $3 offset, $4 limit, then filters. The page is cut before anything is joined. */
const foundBy = ({ condition, rank }: Match, where = '', order: RowOrder = 'relevance') => `
  with found as (
    select i.item_id, (${rank})::real as rank, ${ORDER_KEYS[order]} as key, count(*) over ()::integer as total
      from items i
     where ${condition}
       and i.status = 'active'
       and ${inCategory}${where}
     order by key nulls last, rank desc, i.item_id
    offset $3::integer limit $4::integer
  )
  select f.item_id, i.sku, i.name, i.brand, i.price_minor, i.currency,
         coalesce(a.availability, 'out_of_stock') as availability, i.image_url,
         c.category_id, c.path_names, c.path_slugs, f.rank, f.total
    from found f
    join items i using (item_id)
    join categories c using (category_id)
    left join item_availability a using (item_id)
   order by f.key nulls last, f.rank desc, f.item_id`

type Match = { readonly condition: string; readonly rank: string }

/** How rows are matched with `$1`: one of the steps of a degraded search. */
const MATCHES = {
  code: {
    condition: `item_code_norms(i.sku, i.codes, i.gtin)
           && array(select code_norm(form) from unnest($1::text[]) as form where code_norm(form) <> '')`,
    rank: '1',
  },
  allWords: {
    condition: `i.search_tsv @@ ${ALL_WORDS}`,
    rank: `ts_rank_cd(${RANK_WEIGHTS}, i.search_tsv, ${ALL_WORDS}, 1)`,
  },
  anyWord: {
    condition: `i.search_tsv @@ ${ANY_WORD}`,
    rank: `ts_rank(${RANK_WEIGHTS}, i.search_tsv, ${ANY_WORD}, 1)`,
  },
  typo: {
    condition: 'lower($1::text) <% lower(i.name)',
    rank: 'word_similarity(lower($1::text), lower(i.name))',
  },
  /** No words: every item. */
  browse: { condition: `$1::text = ''`, rank: '1' },
} as const satisfies Record<string, Match>

export type MatchName = keyof typeof MATCHES

/** The statements, so that a test can show their plans. */
export const SEARCH_SQL = {
  code: foundBy(MATCHES.code),
  allWords: foundBy(MATCHES.allWords),
  anyWord: foundBy(MATCHES.anyWord),
  typo: foundBy(MATCHES.typo),
  prefix: `
  select i.item_id, i.name
    from items i
    left join item_popularity p using (item_id)
   where left(lower(i.name), 200) like $1::text || '%'
     and i.status = 'active'
   order by p.score desc nulls last, i.item_id
   limit $2::integer`,
} as const

/** Items whose sku, part number or GTIN is exactly this, apart from separators and case. */
export function findByCode(pool: Pool, code: string, page: PageOfItems, signal: AbortSignal) {
  return find(pool, 'code', gtinForms(code), page, signal)
}

/** Items that have every word, in name, model, brand or description. */
export function findByAllWords(pool: Pool, text: string, page: PageOfItems, signal: AbortSignal) {
  return find(pool, 'allWords', text, page, signal)
}

/** Items that have at least one of the words. */
export function findByAnyWord(pool: Pool, text: string, page: PageOfItems, signal: AbortSignal) {
  return find(pool, 'anyWord', text, page, signal)
}

/** Every item of the category and filters. */
export function browseItems(pool: Pool, page: PageOfItems, signal: AbortSignal) {
  const order = page.order === undefined || page.order === 'relevance' ? 'popular' : page.order
  return find(pool, 'browse', '', { ...page, order }, signal)
}

function find(
  pool: Pool,
  match: MatchName,
  given: string | readonly string[],
  page: PageOfItems,
  signal: AbortSignal,
): Promise<FoundItem[]> {
  const { sql, parameters } = statementOf(match, given, page)
  return readRows(pool, sql, parameters, signal)
}

function statementOf(match: MatchName, given: string | readonly string[], page: PageOfItems) {
  const where = conditionsOf(page.filters ?? [], FIRST_FILTER)
  return {
    sql: foundBy(MATCHES[match], where.sql, page.order),
    parameters: [given, page.categoryId, page.offset, page.limit, ...where.parameters],
  }
}

/** Parameters before the filters: text, category, offset, limit. */
const FIRST_FILTER = 5

/**
 * Items with a name like the text, typos included: the only step that survives one.
 * @throws pg error 57014 (query_canceled) after 200 ms
 */
export function findByTypo(pool: Pool, text: string, page: PageOfItems): Promise<FoundItem[]> {
  const { sql, parameters } = statementOf('typo', text, page)
  return inTransaction(pool, async (tx) => {
    await tx.query(`set local statement_timeout = ${TYPO_TIMEOUT_MS}`)
    const { rows } = await tx.query<FoundItem>(sql, [...parameters])
    return rows
  })
}

/** Names that begin with what was typed, the popular ones first. */
export function suggestByPrefix(
  pool: Pool,
  typed: string,
  limit: number,
  signal: AbortSignal,
): Promise<PrefixSuggestion[]> {
  return readRows(pool, SEARCH_SQL.prefix, [likePattern(typed.toLowerCase()), limit], signal)
}

/** Text as a LIKE pattern that means just this text. */
export function likePattern(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}
