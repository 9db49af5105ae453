/**
 * Suggestions while a person types (search design 6): words as typed first, words with typos behind them. One
 * letter and the empty box are answered from a table in the process, which belongs to one generation of the index.
 */
import type { CategoryRef, Suggestion } from '../catalog/answers.ts'
import { fold } from '../catalog/fold.ts'
import { popularSuggestionsBody, suggestBody } from '../elasticsearch/query/suggest.ts'
import { lengthOf, readQuery } from '../elasticsearch/query/text.ts'
import { type CategoryTree, categoryAt } from './category-tree.ts'
import type { Suggested, SuggestQuery } from './contract.ts'
import { presentProducts } from './present-products.ts'
import type { Shop } from './shop.ts'

/** What the index holds of one suggestion. */
type StoredSuggestion = {
  readonly t: string
  readonly kind: Suggestion['kind']
  readonly scope: readonly string[]
  readonly ref: string | null
}

type Asked = { readonly tokens: readonly string[]; readonly category: string | null; readonly size: number }

/** Longer texts are no longer the beginning of a suggestion. */
const LENGTH_MAX = 64
/** Fewer than this many exact suggestions: typos are allowed too. */
const FEW = 3
/** Letters and their neighbours in every script, times categories: a bound for the table. */
const TABLE_MAX = 5_000

export type Suggesting = (query: SuggestQuery, signal: AbortSignal) => Promise<Suggested>

/** @returns suggest; it throws SearchRefusal, SearchUnavailable, the signal's reason */
export function suggesting(shop: Shop): Suggesting {
  const present = presentProducts(shop)
  let table = { generation: '', entries: new Map<string, readonly StoredSuggestion[]>() }

  /** Answers of one letter or none repeat for everybody. */
  async function fromTable(generation: string, asked: Asked, signal: AbortSignal) {
    if (table.generation !== generation) table = { generation, entries: new Map() }
    const { entries } = table
    const key = JSON.stringify([asked.tokens, asked.category, asked.size])
    const known = entries.get(key)
    if (known) return known
    const found = await firstPass(shop, asked, signal)
    if (entries.size < TABLE_MAX) entries.set(key, found)
    return found
  }

  return async (query, signal) => {
    const began = shop.now()
    const answer = (stored: readonly StoredSuggestion[], tree: CategoryTree | null, generation: string) => ({
      suggestions: tree ? stored.flatMap((one) => suggestionOf(one, tree) ?? []) : [],
      // Without the worker's index there is nothing to suggest; everything else goes on.
      degraded: generation === '' ? ['suggestions'] : (tree?.degraded ?? []),
      index_generation: generation,
      took_ms: Math.round(shop.now() - began),
    })
    const text = readQuery(query.q)
    const [generation, tree] = await Promise.all([shop.suggestionsGeneration(signal), shop.tree(signal)])
    const category = query.scope === null ? null : categoryAt(tree, query.scope, 'scope')
    if (generation === null || lengthOf(text.text) > LENGTH_MAX) return answer([], null, generation ?? '')
    const asked = { tokens: text.tokens, category: category?.category_id ?? null, size: query.size }
    const isShort = text.tokens.join('').length <= 1
    const found = isShort
      ? { pass: 'table', stored: await fromTable(generation, asked, signal) }
      : await bothPasses(shop, asked, signal)
    const { stored, leftOut } = await present(found.stored, generation, signal)
    shop.metrics.observe('suggest_seconds', (shop.now() - began) / 1_000, { pass: found.pass })
    return { ...answer(stored, tree, generation), leftOut }
  }
}

async function firstPass(shop: Shop, asked: Asked, signal: AbortSignal): Promise<StoredSuggestion[]> {
  const body =
    asked.tokens.length === 0
      ? popularSuggestionsBody(asked.category, asked.size)
      : suggestBody({ ...asked, pass: 1 })
  return await ask(shop, body, signal)
}

/** @returns suggestions, and the last pass that was needed */
async function bothPasses(shop: Shop, asked: Asked, signal: AbortSignal) {
  const exact = await firstPass(shop, asked, signal)
  if (exact.length >= FEW) return { pass: 'exact', stored: exact }
  const loose = await ask(shop, suggestBody({ ...asked, pass: 2 }), signal)
  return { pass: 'fuzzy', stored: oncePerText([...exact, ...loose]).slice(0, asked.size) }
}

async function ask(
  shop: Shop,
  body: ReturnType<typeof suggestBody>,
  signal: AbortSignal,
): Promise<StoredSuggestion[]> {
  const reply = await shop.calls.search('suggest', shop.names.suggestionsAlias, body, signal)
  return oncePerText(reply.hits.hits.map((hit) => hit._source as unknown as StoredSuggestion))
}

function oncePerText(suggestions: readonly StoredSuggestion[]): StoredSuggestion[] {
  const seen = new Set<string>()
  return suggestions.filter(({ t }) => {
    const text = fold(t)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}

/** null: it names a category that is gone. */
function suggestionOf({ t, kind, scope, ref }: StoredSuggestion, tree: CategoryTree): Suggestion | null {
  if (kind === 'category') {
    const node = tree.byId.get(ref ?? '')
    return node ? { kind, text: node.name, scope: null, ref: node.path } : null
  }
  return { kind, text: t, scope: scopeOf(scope, tree), ref: kind === 'product' ? ref : null }
}

function scopeOf(ids: readonly string[], tree: CategoryTree): CategoryRef | null {
  const node = tree.byId.get(ids[0] ?? '')
  if (!node) return null
  const { category_id, name, path, names } = node
  return { category_id, name, path, names }
}
