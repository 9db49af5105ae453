/** From counted texts to the documents of the suggestion index. Pure. */
import type { SuggestionDocument } from '../../../mappings/suggestions.ts'
import type { CategoryNode } from '../../catalog/answers.ts'
import { fold } from '../../catalog/fold.ts'
import { CATEGORY_SEPARATOR } from '../../catalog/item.ts'
import type { CategoryTree } from '../category-tree.ts'
import type { NamedItem, TextCount } from './catalogue.ts'

/** A category is named beside a suggestion when it holds more than this share of its hits. */
const SCOPE_RATIO = 0.2
const SCOPES_MAX = 2

export type Counted = readonly (readonly [text: string, count: TextCount])[]

export type CandidateSources = {
  readonly tree: CategoryTree
  readonly queries: Counted
  readonly brands: Counted
  readonly products: readonly (NamedItem & { readonly pop: number })[]
}

/**
 * Every suggestion once: of the same folded text, a category comes before a brand, a brand before words, words
 * before a product.
 */
export function suggestionDocuments({
  tree,
  queries,
  brands,
  products,
}: CandidateSources): SuggestionDocument[] {
  const categories = tree.nodes.filter((node) => (node.items ?? 0) > 0)
  const most = Math.max(
    1,
    ...categories.map((node) => node.items ?? 0),
    ...queries.map(([, count]) => count.hits),
  )
  const byNames = new Map(tree.nodes.map((node) => [node.names.join(CATEGORY_SEPARATOR), node]))
  const counted = (kind: 'query' | 'brand', entries: Counted) =>
    entries
      .filter(([, count]) => count.hits > 0)
      .map(([t, count]): SuggestionDocument => {
        const pop = share(count.hits, most)
        return { t, kind, pop, hits: count.hits, ref: null, ...placesOf(count, byNames, tree) }
      })
  return oncePerText([
    ...categories.map((node) => categoryDocument(node, tree, most)).sort((a, b) => b.hits - a.hits),
    ...counted('brand', brands),
    ...counted('query', queries),
    ...products.map(productDocument),
  ])
}

function categoryDocument(node: CategoryNode, tree: CategoryTree, most: number): SuggestionDocument {
  const hits = node.items ?? 0
  const cats = idsAbove(node, tree)
  return {
    t: node.name,
    kind: 'category',
    pop: share(hits, most),
    scope: [],
    cats,
    hits,
    ref: node.category_id,
  }
}

function productDocument(item: NamedItem & { readonly pop: number }): SuggestionDocument {
  const cats = item.cat_ids.map(String)
  return { t: item.name, kind: 'product', pop: item.pop, scope: [], cats, hits: 1, ref: String(item.item_id) }
}

/** Logarithmic, because counts are: 0..1. */
function share(hits: number, most: number): number {
  return Number((Math.log1p(hits) / Math.log1p(most)).toFixed(4))
}

/** The categories that most hits lie in, and all above them. */
function placesOf(
  { hits, leaves }: TextCount,
  byNames: ReadonlyMap<string, CategoryNode>,
  tree: CategoryTree,
): Pick<SuggestionDocument, 'scope' | 'cats'> {
  const nodes = leaves.flatMap(([path, items]) => {
    const node = byNames.get(path)
    return node ? [{ node, ratio: items / hits }] : []
  })
  const scoped = nodes.filter(({ ratio }) => ratio > SCOPE_RATIO).slice(0, SCOPES_MAX)
  return {
    scope: scoped.map(({ node }) => node.category_id),
    cats: [...new Set(nodes.flatMap(({ node }) => idsAbove(node, tree)))],
  }
}

/** Ids of a category and of all above it. */
function idsAbove(node: CategoryNode, tree: CategoryTree): string[] {
  const above = node.parent_path === null ? undefined : tree.byPath.get(node.parent_path)
  return [...(above ? idsAbove(above, tree) : []), node.category_id]
}

function oncePerText(documents: readonly SuggestionDocument[]): SuggestionDocument[] {
  const seen = new Set<string>()
  return documents.filter(({ t }) => {
    const text = fold(t)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}
