/** Search and browse: the read path, from top to bottom. */
import type { Hit, SearchAnswer, Step, Total } from '../catalog/answers.ts'
import { type SearchParts, searchBody, TOTAL_MAX } from '../elasticsearch/query/body.ts'
import { choiceClause, countBeforeChoice, facetAggregations } from '../elasticsearch/query/facets.ts'
import { type Rewrite, type SpellEntry, spellText } from '../elasticsearch/query/spelling.ts'
import { type QueryText, readQuery } from '../elasticsearch/query/text.ts'
import { type SearchQuery, SearchRefusal } from './contract.ts'
import { type CursorPlace, readCursor, resultKey, type SortValue, writeCursor } from './cursor.ts'
import type { SearchReply } from './elasticsearch-calls.ts'
import { facetsOf } from './facet-answer.ts'
import { type FacetPlan, planFacets } from './facet-plan.ts'
import { type HitDocument, hitOf } from './hits.ts'
import { type Climbed, climb, type LadderCalls, type Rung } from './ladder.ts'
import { type ReadRequest, readRequest } from './request.ts'
import type { Shop } from './shop.ts'
import { clauseOf } from './steps.ts'

/** @throws SearchRefusal, SearchUnavailable, the signal's reason */
export async function search(shop: Shop, query: SearchQuery, signal: AbortSignal): Promise<SearchAnswer> {
  const began = shop.now()
  if (query.page * query.size > TOTAL_MAX) {
    throw new SearchRefusal(
      'page-too-deep',
      'page',
      `pages end at ${TOTAL_MAX} items; continue with a cursor`,
    )
  }
  const request = await readRequest(shop, query, signal)
  const key = keyOf(query, request)
  const place = query.cursor === null ? null : readCursor(shop.cursorSecret, key, query.cursor)
  if (query.cursor !== null && place === null) {
    throw new SearchRefusal('bad-cursor', 'cursor', 'expected the cursor of an answer to this very query')
  }
  // Page 2 and later: the facets of page 1 still hold, unless the caller names some.
  const isFirstPage = query.page === 1 && place === null
  const facets = query.facets ?? (isFirstPage ? null : [])
  const plan = planFacets({ ...query, facets }, request.context)
  const calls = ladderCalls(shop, query, request, plan, place, signal)
  const found = place
    ? { ...(await calls.ask(place.step, request.text, readQuery(place.used))), offered: null }
    : await findFirst(request.text, query.exact, calls)
  shop.metrics.observe('search_seconds', (shop.now() - began) / 1_000, { step: found.step })
  if (found.step === 'popular') shop.metrics.count('search_zero_results_total')
  return {
    ...resultOf(shop, query, key, found),
    facets: facetsOf(plan.counted, found.reply.aggregations, query.facets !== null, request.tree, shop),
    did_you_mean: found.offered,
    truncated: request.text.truncated,
    search_id: shop.makeId(),
    degraded: request.tree.degraded,
    index_generation: found.reply.hits.hits[0]?._index ?? request.generation,
    query_asked: request.text.text,
    took_ms: Math.round(shop.now() - began),
  }
}

/** The ladder that answers a request: its steps as searches of the index. */
export function ladderCalls(
  shop: Shop,
  query: Pick<SearchQuery, 'sort' | 'page' | 'size'>,
  request: ReadRequest,
  plan: FacetPlan,
  place: CursorPlace | null,
  signal: AbortSignal,
): LadderCalls<SearchReply> {
  const run = (parts: SearchParts) =>
    shop.calls.search('search', shop.names.itemsAlias, searchBody(parts), signal)
  const base = {
    filter: request.filter,
    chosen: plan.chosen.flatMap((facet) => choiceClause(facet) ?? []),
    order: query.sort,
    outOfStock: shop.outOfStock,
    factors: shop.factors ?? { popularity: 0, stock: 0 },
    from: (query.page - 1) * query.size,
    size: query.size,
    after: place?.after ?? null,
  }
  const isBestFirst = query.sort === 'relevance' && query.page === 1 && query.size > 0
  return {
    async ask(step, asked, used) {
      if (step === 'popular') return popular(run, base, query, used)
      const words = clauseOf(step, asked, used)
      // The ladder counts hits before the choice, so a search with words counts even when no facet is asked for.
      const isCounting = plan.counted.length > 0 || (words !== null && place === null)
      const reply = await run({
        ...base,
        words,
        aggregations: isCounting ? facetAggregations(plan.counted, plan.chosen) : {},
        spell: step === 'all_words' && place === null ? spellText(asked.tokens) : null,
        highlight: words === null ? null : `${asked.text} ${used.text}`,
      })
      return rungOf(step, used, reply)
    },
    async bestHit(rung, asked) {
      const seen = isBestFirst && plan.chosen.length === 0
      const { hits } = seen ? rung.reply.hits : (await run(bestHitParts(base, rung, asked))).hits
      const matched = hits[0]?.matched_queries
      return Array.isArray(matched) ? matched : Object.keys(matched ?? {})
    },
    count: (rewrites) => countRewrites(shop, rewrites, signal),
  }
}

/** Without words: browse. */
async function findFirst(
  text: QueryText,
  exact: boolean,
  calls: LadderCalls<SearchReply>,
): Promise<Climbed<SearchReply>> {
  if (text.tokens.length > 0) return await climb(text, exact, calls)
  return { ...(await calls.ask('browse', text, text)), offered: null }
}

type Base = Omit<SearchParts, 'words' | 'aggregations' | 'spell' | 'highlight'>
const PLAIN = { aggregations: {}, spell: null, highlight: null }

/** Nothing matched: what sells here, or anywhere. Page 1 only. */
async function popular(
  run: (parts: SearchParts) => Promise<SearchReply>,
  base: Base,
  query: Pick<SearchQuery, 'page'>,
  used: QueryText,
): Promise<Rung<SearchReply>> {
  const inStock = { term: { availability: 'in_stock' } }
  const shown = {
    ...base,
    ...PLAIN,
    words: null,
    chosen: [],
    order: 'popular',
    from: 0,
    after: null,
  } as const
  const size = query.page === 1 ? base.size : 0
  const here = await run({ ...shown, size, filter: [...base.filter, inStock] })
  const hasHere = here.hits.hits.length > 0 || base.filter.length === 0
  return rungOf('popular', used, hasHere ? here : await run({ ...shown, size, filter: [inStock] }))
}

/** Pages beyond the first and other orders do not show the best hit: ask for it alone. */
function bestHitParts(base: Base, rung: Rung<SearchReply>, asked: QueryText): SearchParts {
  const words = clauseOf(rung.step, asked, rung.used)
  return { ...base, ...PLAIN, words, chosen: [], order: 'relevance', from: 0, size: 1, after: null }
}

async function countRewrites(
  shop: Shop,
  rewrites: readonly Rewrite[],
  signal: AbortSignal,
): Promise<{ items: number; own: number }[]> {
  const filters = Object.fromEntries(
    rewrites.flatMap(({ count, own }, i) => [
      [`items:${i}`, count],
      ...(own === null ? [] : [[`own:${i}`, own]]),
    ]),
  )
  const body = { size: 0, track_total_hits: false, timeout: '300ms', aggs: { x: { filters: { filters } } } }
  const reply = await shop.calls.search('count_pairs', shop.names.itemsAlias, body, signal)
  const { buckets } = reply.aggregations?.['x'] as { buckets: Record<string, { doc_count: number }> }
  return rewrites.map((_, i) => ({
    items: buckets[`items:${i}`]?.doc_count ?? 0,
    own: buckets[`own:${i}`]?.doc_count ?? 0,
  }))
}

function rungOf(step: Step, used: QueryText, reply: SearchReply): Rung<SearchReply> {
  const entries = (reply.suggest?.['spell'] ?? []) as unknown as SpellEntry[]
  const count = countBeforeChoice(reply.aggregations) ?? totalOf(reply).value
  return { step, used, count, entries, reply }
}

function totalOf(reply: SearchReply): Total {
  const { total } = reply.hits
  return typeof total === 'object'
    ? { value: total.value, relation: total.relation }
    : { value: total ?? 0, relation: 'eq' }
}

/** Hits, total and where to go on. */
function resultOf(shop: Shop, query: SearchQuery, key: string, found: Climbed<SearchReply>) {
  const { reply, step, used } = found
  const isZero = step === 'popular'
  const last = reply.hits.hits.at(-1)
  const isFull = reply.hits.hits.length === query.size
  const total = isZero ? { value: 0, relation: 'eq' as const } : totalOf(reply)
  const isEnd = query.cursor === null && total.relation === 'eq' && query.page * query.size >= total.value
  const after = (last?.sort ?? []) as SortValue[]
  return {
    total,
    hits: reply.hits.hits.map(
      (hit): Hit => hitOf(hit._source as unknown as HitDocument, hit.highlight?.['name']?.[0]),
    ),
    cursor:
      isZero || !isFull || isEnd
        ? null
        : writeCursor(shop.cursorSecret, key, { after, step, used: used.text }),
    step,
    query_used: used.text,
    zero_result: isZero,
    partial: reply.timed_out,
  }
}

/** Everything that decides which hits come in which order. */
function keyOf(query: SearchQuery, { text, generation }: ReadRequest): string {
  const filters = [...query.filters].map(([name, values]) => [name, [...values].sort()]).sort()
  const { category, price, sort, size, exact } = query
  return resultKey([generation, text.text, category, filters, price, sort, size, exact])
}
