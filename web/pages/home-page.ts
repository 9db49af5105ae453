/** The first page: where to begin. */
import type { CategoriesAnswer, SearchAnswer } from '../../src/catalog/answers.ts'
import { html } from '../html.ts'
import { categoryTile, topCategories } from './category-tiles.ts'
import { degradedBanner } from './degraded.ts'
import { itemGrid } from './item-card.ts'
import { layout, type ShopView } from './layout.ts'
import { browseUrl, NOTHING_CHOSEN } from './links.ts'

export type HomePageInput = { readonly categories: CategoriesAnswer; readonly popular: SearchAnswer }

/** Two or three rows of tiles; all of them have a page of their own. */
const TILES = 12

export function homePage(shop: ShopView, { categories, popular }: HomePageInput): string {
  const { format } = shop
  const top = topCategories(categories.categories)
  const main = html`
${degradedBanner([...categories.degraded, ...popular.degraded])}
<h1 class="unseen">${shop.name}</h1>
${
  top.length === 0
    ? null
    : html`<div class="line"><h2>Categories</h2>${top.length > TILES ? html`<a href="/categories">All ${top.length} categories</a>` : null}</div>
<ul class="tiles-large">
${top.slice(0, TILES).map((category) => categoryTile(category, format))}
</ul>`
}
<div class="line"><h2>Popular products</h2><a href="${browseUrl(NOTHING_CHOSEN)}">See all products</a></div>
${popular.hits.length === 0 ? html`<p class="notice">There are no products yet.</p>` : itemGrid(popular.hits, format)}`
  return layout(shop, { title: '', query: '', scope: null, main, isIndexed: true })
}
