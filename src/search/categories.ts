/** The tree of categories, and one category, for http. */
import type { CategoriesAnswer, CategoryAnswer, CategoryRef } from '../catalog/answers.ts'
import { attributeLabel } from '../catalog/labels.ts'
import { type CategoryTree, categoryAt } from './category-tree.ts'
import { knownFacets } from './facet-plan.ts'
import type { Shop } from './shop.ts'

export async function categories(shop: Shop, signal: AbortSignal): Promise<CategoriesAnswer> {
  const began = shop.now()
  const tree = await shop.tree(signal)
  return { categories: tree.nodes, degraded: tree.degraded, took_ms: Math.round(shop.now() - began) }
}

/** @throws SearchRefusal when there is no category with this path */
export async function category(shop: Shop, path: string, signal: AbortSignal): Promise<CategoryAnswer> {
  const began = shop.now()
  const [tree, keys] = await Promise.all([shop.tree(signal), shop.keys(signal)])
  const found = categoryAt(tree, path, 'path')
  const facets = knownFacets({ configured: shop.facets, keys, tree, category: found })
  return {
    category: found,
    ancestors: ancestorsOf(found.path, tree),
    facets: facets.map((name) => ({ name, label: attributeLabel(name) })),
    degraded: tree.degraded,
    took_ms: Math.round(shop.now() - began),
  }
}

/** Root first, without the category itself. */
function ancestorsOf(path: string, tree: CategoryTree): CategoryRef[] {
  const slugs = path.split('/')
  return slugs.slice(0, -1).flatMap((_, i) => {
    const node = tree.byPath.get(slugs.slice(0, i + 1).join('/'))
    if (!node) return []
    const { category_id, name, names } = node
    return [{ category_id, name, path: node.path, names }]
  })
}
