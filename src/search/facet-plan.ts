/**
 * Which facets a request counts and what it has chosen of them. Elasticsearch answers an unknown field with an
 * empty list, so names and values are checked here. Pure.
 */
import type { CategoryNode } from '../catalog/answers.ts'
import type { Bounds, FacetChoice } from '../elasticsearch/query/facets.ts'
import { type CategoryTree, categoryAt } from './category-tree.ts'
import { type PriceRange, SearchRefusal } from './contract.ts'
import type { FacetKeys } from './facet-keys.ts'
import { PRICE_GRID } from './price-ranges.ts'

export type FacetPlan = {
  /** Facets to count, in the order of the answer. */
  readonly counted: readonly FacetChoice[]
  /** Facets with a choice, counted or not. */
  readonly chosen: readonly FacetChoice[]
}

export type FacetContext = {
  /** Facets of every category, by configuration, shown first. */
  readonly configured: readonly string[]
  readonly keys: FacetKeys
  readonly tree: CategoryTree
  /** Category that was asked for; null: the whole catalogue. */
  readonly category: CategoryNode | null
}

export type FacetWish = {
  readonly filters: ReadonlyMap<string, readonly string[]>
  readonly price: PriceRange | null
  /** Facets to count; null: the known ones. */
  readonly facets: readonly string[] | null
}

const BRANDS_MAX = 50
const VALUES_MAX = 30
const RANGE = /^(\d{0,16})-(\d{0,16})$/

/** Facets worth showing in a category, in order. */
export function knownFacets({ configured, keys, tree, category }: FacetContext): string[] {
  return [...new Set([...configured, ...keys.of(category, tree)])]
}

/** @throws SearchRefusal for a facet, a category or a range that does not exist */
export function planFacets(wish: FacetWish, context: FacetContext): FacetPlan {
  const isKnown = (name: string) => context.configured.includes(name) || context.keys.all.has(name)
  const named = [
    ...(wish.facets ?? []).map((name) => [name, 'facets'] as const),
    ...[...wish.filters.keys()].map((name) => [name, `f.${name}`] as const),
  ]
  for (const [name, field] of named) {
    if (!isKnown(name)) throw unknownFacet(name, field, context)
  }
  const choose = (name: string) => choiceOf(name, wish, context)
  const chosenNames = new Set([...wish.filters.keys(), ...(wish.price ? ['price'] : [])])
  return {
    counted: (wish.facets ?? knownFacets(context)).map(choose),
    chosen: [...chosenNames].map(choose).filter((facet) => facet.chosen.length > 0),
  }
}

/** One facet as a clause and an aggregation need it. @param contains only values with this text */
export function choiceOf(
  name: string,
  wish: Omit<FacetWish, 'facets'>,
  { tree, category }: FacetContext,
  contains = '',
): FacetChoice {
  const values = wish.filters.get(name) ?? []
  switch (name) {
    case 'brand':
      return { kind: 'terms', name, field: 'brand_kw', size: BRANDS_MAX, chosen: values, contains }
    case 'availability':
      return { kind: 'terms', name, field: 'availability', size: 3, chosen: values, contains }
    case 'price': {
      const chosen = [...values.map(boundsOf), ...(wish.price ? [wish.price] : [])]
      return { kind: 'range', name, field: 'price', grid: PRICE_GRID, chosen }
    }
    case 'category': {
      const below = category ? category.children : tree.nodes.filter((node) => node.parent_path === null)
      const ids = below
        .filter((child) => child.name.toLowerCase().includes(contains.toLowerCase()))
        .map((child) => Number(child.category_id))
      return { kind: 'category', name, ids, chosen: values.map((path) => categoryId(path, tree)) }
    }
    default:
      return { kind: 'terms', name, field: `attrs.${name}`, size: VALUES_MAX, chosen: values, contains }
  }
}

function boundsOf(text: string): Bounds {
  const [, low, high] = RANGE.exec(text) ?? []
  const bounds = { min: low ? Number(low) : null, max: high ? Number(high) : null }
  if (low === undefined || (bounds.min === null && bounds.max === null)) {
    throw new SearchRefusal('unknown-facet', 'f.price', 'expected MIN-MAX in minor units, such as 0-1999')
  }
  return bounds
}

function categoryId(path: string, tree: CategoryTree): number {
  return Number(categoryAt(tree, path, 'f.category').category_id)
}

export function unknownFacet(name: string, field: string, context: FacetContext): SearchRefusal {
  const known = knownFacets(context).join(', ')
  return new SearchRefusal(
    'unknown-facet',
    field,
    `${JSON.stringify(name)} is no facet here; known: ${known}`,
  )
}
