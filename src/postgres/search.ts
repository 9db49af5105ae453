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

export type PageOfItems = {
  /** Only below this category; null: everywhere. */
  readonly categoryId: string | null
  readonly offset: number
  readonly limit: number
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

/** $2 category or null, $3 offset, $4 limit. The page is cut before anything is joined. */
const foundBy = (condition: string, rank: string) => `
  with found as (
    select i.item_id, (${rank})::real as rank, count(*) over ()::integer as total
      from items i
     where ${condition}
       and i.status = 'active'
       and ($2::bigint is null
            or i.category_id in (select category_id from categories where path_ids @> array[$2::bigint]))
     order by rank desc, i.item_id
    offset $3::integer limit $4::integer
  )
  select f.item_id, i.sku, i.name, i.brand, i.price_minor, i.currency,
         coalesce(a.availability, 'out_of_stock') as availability, i.image_url,
         c.category_id, c.path_names, c.path_slugs, f.rank, f.total
    from found f
    join items i using (item_id)
    join categories c using (category_id)
    left join item_availability a using (item_id)
   order by f.rank desc, f.item_id`

/** The statements, so that a test can show their plans. */
export const SEARCH_SQL = {
  code: foundBy(
    `item_code_norms(i.sku, i.codes, i.gtin)
           && array(select code_norm(form) from unnest($1::text[]) as form where code_norm(form) <> '')`,
    '1',
  ),
  allWords: foundBy(
    `i.search_tsv @@ ${ALL_WORDS}`,
    `ts_rank_cd(${RANK_WEIGHTS}, i.search_tsv, ${ALL_WORDS}, 1)`,
  ),
  anyWord: foundBy(`i.search_tsv @@ ${ANY_WORD}`, `ts_rank(${RANK_WEIGHTS}, i.search_tsv, ${ANY_WORD}, 1)`),
  typo: foundBy('lower($1::text) <% lower(i.name)', 'word_similarity(lower($1::text), lower(i.name))'),
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
export function findByCode(
  pool: Pool,
  code: string,
  page: PageOfItems,
  signal: AbortSignal,
): Promise<FoundItem[]> {
  return readRows(pool, SEARCH_SQL.code, [gtinForms(code), ...pageOf(page)], signal)
}

/** Items that have every word, in name, model, brand or description. */
export function findByAllWords(
  pool: Pool,
  text: string,
  page: PageOfItems,
  signal: AbortSignal,
): Promise<FoundItem[]> {
  return readRows(pool, SEARCH_SQL.allWords, [text, ...pageOf(page)], signal)
}

/** Items that have at least one of the words. */
export function findByAnyWord(
  pool: Pool,
  text: string,
  page: PageOfItems,
  signal: AbortSignal,
): Promise<FoundItem[]> {
  return readRows(pool, SEARCH_SQL.anyWord, [text, ...pageOf(page)], signal)
}

/**
 * Items with a name like the text, typos included: the only step that survives one.
 * @throws pg error 57014 (query_canceled) after 200 ms
 */
export function findByTypo(pool: Pool, text: string, page: PageOfItems): Promise<FoundItem[]> {
  return inTransaction(pool, async (tx) => {
    await tx.query(`set local statement_timeout = ${TYPO_TIMEOUT_MS}`)
    const { rows } = await tx.query<FoundItem>(SEARCH_SQL.typo, [text, ...pageOf(page)])
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

function pageOf(page: PageOfItems): readonly unknown[] {
  return [page.categoryId, page.offset, page.limit]
}
