/** Ways into the catalogue: categories with a drawing, how much they hold, and what lies below them. */
import type { CategoryNode, CategoryRef } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import { drawing, tintOf } from './drawings.ts'
import type { Format } from './format.ts'
import { categoryUrl } from './links.ts'

/** Top categories that hold something, the largest first. */
export function topCategories(categories: readonly CategoryNode[]): CategoryNode[] {
  return categories
    .filter(({ parent_path, items }) => parent_path === null && items !== 0)
    .sort((a, b) => (b.items ?? 0) - (a.items ?? 0) || a.name.localeCompare(b.name, 'en'))
}

export function categoryTile(category: CategoryNode, format: Format): Html {
  return html`<li><a class="tile" href="${categoryUrl(category.path)}">
${badge(category)}
<span class="tile-name">${category.name}</span>
${category.items === null ? null : html`<span class="count">${productCount(category.items, format)}</span>`}
</a></li>`
}

/** The drawing of a category on its tint. */
export function badge({ name, names }: CategoryRef): Html {
  return html`<span class="badge ${tintOf(name)}">${drawing(names)}</span>`
}

export function productCount(items: number, format: Format): string {
  return items === 1 ? '1 product' : `${format.number(items)} products`
}
