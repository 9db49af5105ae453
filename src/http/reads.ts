/**
 * The reads that a shop makes most, suggest and search, as functions of the URL: what their routes answer, without
 * router, middleware and objects of the fetch standard. A target that is not plainly right is left to the app, which
 * knows how to refuse it, so every read here is answered as its route would (`reads.test.ts` compares them).
 */
import type { z } from '@hono/zod-openapi'
import { getQueryParams } from 'hono/utils/url'
import type { EntryKind } from '../cache/entry.ts'
import { searchAnswerTags, suggestAnswerTags } from '../search/answer-tags.ts'
import type { CatalogSearch, SearchQuery, SuggestQuery } from '../search/contract.ts'
import type { ServedClass } from './classes.ts'
import { SearchParameters, SuggestParameters } from './parameters.ts'
import { searchQuery } from './queries.ts'
import { targetFault } from './url.ts'

/** An answer, and how it may be kept. */
export type Found<Answer = { readonly degraded: readonly string[] }> = {
  readonly answer: Answer
  /** null: it is given away and not kept. */
  readonly tags: readonly string[] | null
  readonly kind: EntryKind
}

export type Read = {
  readonly route: string
  readonly routeClass: ServedClass
  find(signal: AbortSignal): Promise<Found>
}

/** @returns the read that a request target asks for; null: the app has to look at it */
export type ReadOf = (target: string) => Read | null

export async function findItems(search: CatalogSearch, query: SearchQuery, signal: AbortSignal) {
  const answer = await search.search(query, signal)
  const kind: EntryKind = answer.total.value === 0 ? 'empty' : 'hit'
  const tags = answer.partial ? null : searchAnswerTags(query, answer) // cut short by a time limit: another may find more
  return { answer, tags, kind }
}

export async function findSuggestions(search: CatalogSearch, query: SuggestQuery, signal: AbortSignal) {
  const { leftOut = [], ...answer } = await search.suggest(query, signal)
  const kind: EntryKind = answer.suggestions.length === 0 ? 'empty' : 'hit'
  return { answer, tags: suggestAnswerTags({ ...answer, leftOut }), kind }
}

export function createReads(search: CatalogSearch): ReadOf {
  const reads = new Map<string, ReadOf>([
    [
      '/v1/suggest',
      readBy(SuggestParameters, '/v1/suggest', 'suggest', (query, signal) =>
        findSuggestions(search, query, signal),
      ),
    ],
    [
      '/v1/search',
      readBy(SearchParameters, '/v1/search', 'search', (query, signal) =>
        findItems(search, searchQuery(query), signal),
      ),
    ],
  ])
  return (target) => {
    const queryAt = target.indexOf('?')
    return reads.get(queryAt === -1 ? target : target.slice(0, queryAt))?.(target) ?? null
  }
}

function readBy<Query>(
  schema: z.ZodType<Query>,
  route: string,
  routeClass: ServedClass,
  find: (query: Query, signal: AbortSignal) => Promise<Found>,
): ReadOf {
  return (target) => {
    if (!PLAIN.test(target) || targetFault(target)) return null
    const checked = schema.safeParse(parametersOf(target))
    return checked.success ? { route, routeClass, find: (signal) => find(checked.data, signal) } : null
  }
}

/** Without what a URL may hold only encoded, and without a fragment, which no client sends. */
const PLAIN = /^[!"$-~]*$/

/** As the validators of the routes see them: a list only where a name is given more than once. */
function parametersOf(target: string): Record<string, string | string[]> {
  const found = Object.entries(getQueryParams(target) as Record<string, string[]>)
  return Object.fromEntries(
    found.map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  )
}
