/**
 * Suggestions while Elasticsearch is away: brands and categories from memory, names of items by prefix from
 * Postgres. Never an error: without Postgres too, the list is what memory has.
 */
import type { SuggestAnswer, Suggestion } from '../catalog/answers.ts'
import { fold } from '../catalog/fold.ts'
import { lengthOf, readQuery } from '../elasticsearch/query/text.ts'
import { readBrands } from '../postgres/brands.ts'
import { isPostgresAway, rejected } from '../postgres/cancellable.ts'
import { suggestByPrefix } from '../postgres/search.ts'
import type { CategoryTree } from './category-tree.ts'
import type { SuggestQuery } from './contract.ts'
import { DEGRADED } from './degraded.ts'
import { refreshed } from './refreshed.ts'
import type { Shop } from './shop.ts'

const LENGTH_MAX = 64
const BRANDS_MAX_AGE_MS = 60_000
const PATIENCE_MS = 100
/** What is in memory is worth more now than names of items after the deadline. */
const NAMES_PATIENCE_MS = 120
const PAUSE_MS = 2_000
const LOAD_LIMIT_MS = 5_000
/** Of brands and of categories, so that names of items have room too. */
const FROM_MEMORY_EACH = 2

export type DegradedSuggest = (query: SuggestQuery, signal: AbortSignal) => Promise<SuggestAnswer>

export function degradedSuggest(shop: Shop): DegradedSuggest {
  const brands = refreshed({
    load: () => readBrands(shop.degradedPool, AbortSignal.timeout(LOAD_LIMIT_MS)),
    maxAgeMs: BRANDS_MAX_AGE_MS,
    patienceMs: PATIENCE_MS,
    pauseMs: PAUSE_MS,
    now: () => shop.now(),
  })
  return async (query, signal) => {
    const began = shop.now()
    const text = readQuery(query.q)
    const [tree, known] = await Promise.all([shop.tree(signal), brands()])
    const typed = fold(text.text)
    const isTooLong = lengthOf(text.text) > LENGTH_MAX
    const fromMemory = typed === '' || isTooLong ? [] : suggestFromMemory(typed, known.value ?? [], tree)
    const names = typed.length < 2 || isTooLong ? [] : await namesOf(shop, text.text, query.size, signal)
    const products = names.map(
      ({ item_id, name }): Suggestion => ({ kind: 'product', text: name, scope: null, ref: item_id }),
    )
    return {
      suggestions: [...fromMemory, ...products].slice(0, query.size),
      degraded: [...new Set([DEGRADED, ...tree.degraded])],
      index_generation: '',
      took_ms: Math.round(shop.now() - began),
    }
  }
}

async function namesOf(shop: Shop, typed: string, size: number, signal: AbortSignal) {
  const late = AbortSignal.timeout(NAMES_PATIENCE_MS)
  const found = suggestByPrefix(shop.degradedPool, typed, size, AbortSignal.any([signal, late]))
  try {
    return await Promise.race([found, rejected(late)])
  } catch (thrown) {
    found.catch(() => undefined) // the race is over, whatever comes of it
    signal.throwIfAborted()
    if (thrown === late.reason || isPostgresAway(thrown)) return []
    throw thrown
  }
}

/** Brands and categories with a word that begins with what was typed. */
function suggestFromMemory(typed: string, brands: readonly string[], tree: CategoryTree): Suggestion[] {
  const begins = (name: string) => fold(name).startsWith(typed) || fold(name).includes(` ${typed}`)
  const categories = tree.nodes
    .filter((node) => begins(node.name))
    .slice(0, FROM_MEMORY_EACH)
    .map((node): Suggestion => ({ kind: 'category', text: node.name, scope: null, ref: node.path }))
  const named = brands
    .filter(begins)
    .slice(0, FROM_MEMORY_EACH)
    .map((brand): Suggestion => ({ kind: 'brand', text: brand, scope: null, ref: null }))
  return [...categories, ...named]
}
