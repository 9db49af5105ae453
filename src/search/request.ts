/**
 * A request to search once its meaning is known: words read, category found, facets planned. What both search
 * and the values of one facet start from.
 */
import type { CategoryNode } from '../catalog/answers.ts'
import type { Clause } from '../elasticsearch/query/clause.ts'
import { lengthOf, QUERY_LENGTH_MAX, type QueryText, readQuery } from '../elasticsearch/query/text.ts'
import { type CategoryTree, categoryAt } from './category-tree.ts'
import { type SearchQuery, SearchRefusal } from './contract.ts'
import type { FacetContext } from './facet-plan.ts'
import type { Shop } from './shop.ts'
import { SearchUnavailable } from './unavailable.ts'

export type ReadRequest = {
  readonly text: QueryText
  readonly tree: CategoryTree
  readonly category: CategoryNode | null
  readonly context: FacetContext
  /** Conditions that hold before any facet is chosen. */
  readonly filter: readonly Clause[]
  /** Index that answers. */
  readonly generation: string
}

/**
 * @throws SearchRefusal for a query that is too long or a category that does not exist
 * @throws SearchUnavailable when there is no index
 */
export async function readRequest(
  shop: Shop,
  query: Pick<SearchQuery, 'q' | 'category'>,
  signal: AbortSignal,
): Promise<ReadRequest> {
  const text = readWords(query.q)
  const [generation, tree, keys] = await Promise.all([
    shop.itemsGeneration(signal),
    shop.tree(signal),
    shop.keys(signal),
  ])
  if (generation === null) throw new SearchUnavailable('the items index does not exist yet')
  const category = query.category === null ? null : categoryAt(tree, query.category, 'category')
  return {
    text,
    tree,
    category,
    context: { configured: shop.facets, keys, tree, category },
    filter: category ? [{ term: { cat_ids: Number(category.category_id) } }] : [],
    generation,
  }
}

/** @param typed as received @throws SearchRefusal for more than is searched */
export function readWords(typed: string): QueryText {
  const text = readQuery(typed)
  if (lengthOf(text.text) <= QUERY_LENGTH_MAX) return text
  throw new SearchRefusal('query-too-long', 'q', `expected at most ${QUERY_LENGTH_MAX} characters`)
}
