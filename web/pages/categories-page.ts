/** Every category that holds something, by the alphabet, with what lies directly below it. */
import type { CategoriesAnswer, CategoryNode } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import { badge, productCount, topCategories } from './category-tiles.ts'
import { degradedBanner } from './degraded.ts'
import type { Format } from './format.ts'
import { layout, type ShopView } from './layout.ts'
import { categoryUrl } from './links.ts'

export function categoriesPage(shop: ShopView, { categories, degraded }: CategoriesAnswer): string {
  const byPath = new Map(categories.map((category) => [category.path, category]))
  const top = topCategories(categories).sort((a, b) => a.name.localeCompare(b.name, 'en'))
  const main = html`
${degradedBanner(degraded)}
<h1>Categories</h1>
${top.length === 0 ? html`<p class="notice">There are no categories yet.</p>` : null}
<ul class="departments">
${top.map((category) => department(category, byPath, shop.format))}
</ul>`
  return layout(shop, { title: 'Categories', query: '', scope: null, main, isIndexed: true })
}

function department(category: CategoryNode, byPath: ReadonlyMap<string, CategoryNode>, format: Format): Html {
  const children = category.children.filter(({ path }) => byPath.get(path)?.items !== 0)
  return html`<li class="department">
<div class="department-head">${badge(category)}
<h2><a href="${categoryUrl(category.path)}">${category.name}</a></h2>
${category.items === null ? null : html`<span class="count">${productCount(category.items, format)}</span>`}</div>
<ul>
${children.map((child) => {
  const items = byPath.get(child.path)?.items ?? null
  return html`<li><a href="${categoryUrl(child.path)}">${child.name}</a>${items === null ? null : html` <span class="count">${format.number(items)}</span>`}</li>`
})}
</ul>
</li>`
}
