/** The first page: where to begin. */
import type { CategoriesAnswer, SearchAnswer } from '../../src/catalog/answers.ts'
import { html } from '../html.ts'
import { itemGrid } from './item-card.ts'
import { degradedBanner, layout, type ShopView } from './layout.ts'
import { browseUrl, categoryUrl, NOTHING_CHOSEN } from './links.ts'

export type HomePageInput = { readonly categories: CategoriesAnswer; readonly popular: SearchAnswer }

/** Children named below a category: enough to say what it holds. */
const CHILDREN_SHOWN = 3

export function homePage(shop: ShopView, { categories, popular }: HomePageInput): string {
  const { format } = shop
  const top = categories.categories.filter(({ parent_path, items }) => parent_path === null && items !== 0)
  const main = html`
${degradedBanner([...new Set([...categories.degraded, ...popular.degraded])])}
<h1 class="unseen">${shop.name}</h1>
${top.length === 0 ? null : html`<h2>Categories</h2>`}
<ul class="tiles tiles-large">
${top.map(
  (category) => html`<li><a class="tile" href="${categoryUrl(category.path)}">
<span class="tile-name">${category.name}</span>
${category.items === null ? null : html`<span class="count">${format.number(category.items)}</span>`}
${
  category.children.length === 0
    ? null
    : html`<span class="tile-more">${category.children
        .slice(0, CHILDREN_SHOWN)
        .map((child) => child.name)
        .join(', ')}</span>`
}
</a></li>`,
)}
</ul>
<h2>Popular products</h2>
${popular.hits.length === 0 ? html`<p class="notice">There are no products yet.</p>` : itemGrid(popular.hits, format)}
<p class="more"><a class="button" href="${browseUrl(NOTHING_CHOSEN)}">See all products</a></p>`
  return layout(shop, { title: '', query: '', scope: null, main, isIndexed: true })
}
