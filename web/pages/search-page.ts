/** Results of a search or of a category. */
import type { CategoryAnswer, Facet, SearchAnswer } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import { chosenFilters, facetPanel } from './facet-panel.ts'
import { itemGrid } from './item-card.ts'
import { breadcrumbs, layout, type ShopView } from './layout.ts'
import { type Browse, browsePairs, browseUrl, categoryUrl } from './links.ts'
import { notices } from './notices.ts'
import { paging, totalText } from './paging.ts'

export type SearchPageInput = {
  readonly browse: Browse
  readonly answer: SearchAnswer
  /** Of the first page: later pages are answered without counts. */
  readonly facets: readonly Facet[]
  readonly category: CategoryAnswer | null
  /** Items a page. */
  readonly size: number
  readonly currency: string
}

const SORT_WORDS: readonly (readonly [sort: string, words: string])[] = [
  ['relevance', 'Best match'],
  ['popular', 'Most popular'],
  ['price_asc', 'Price, low to high'],
  ['price_desc', 'Price, high to low'],
  ['newest', 'Newest'],
  ['name', 'Name'],
]

export function searchPage(shop: ShopView, input: SearchPageInput): string {
  const { browse, answer, category } = input
  const heading = headingOf(input)
  const panelInput = { ...input, format: shop.format }
  const panel = answer.zero_result ? null : facetPanel(panelInput)
  const main = html`
${category === null ? null : breadcrumbs(category.category, browse.q === '' ? null : `“${browse.q}”`)}
<h1>${heading}</h1>
${notices(answer, browse)}
${browse.q === '' && category !== null ? subcategories(category) : null}
<div class="${panel === null ? 'results' : 'results results-beside'}">
${panel === null ? null : filters(panel, input)}
<section aria-label="Results">
${answer.zero_result ? html`<h2>Popular products</h2>` : toolbar(shop, input)}
${chosenFilters(panelInput)}
${answer.hits.length === 0 ? html`<p class="notice">There is nothing on this page. <a href="${browseUrl({ ...browse, page: 1 })}">Go to the first page</a>.</p>` : itemGrid(answer.hits, shop.format)}
${answer.zero_result ? null : paging(browse, answer.total, input.size, shop.format)}
</section>
</div>`
  return layout(shop, {
    title: heading,
    query: browse.q,
    scope: category?.category ?? null,
    main,
    isIndexed: browse.q === '' && browsePairs({ ...browse, category: null }).length === 0,
  })
}

function headingOf({ browse, category }: SearchPageInput): string {
  if (browse.q !== '')
    return category === null ? `“${browse.q}”` : `“${browse.q}” in ${category.category.name}`
  return category === null ? 'All products' : category.category.name
}

/**
 * Counts of a loose result are shown when asked for (search design 5.4). A checkbox, not a script, folds the
 * panel on narrow screens.
 */
function filters(panel: Html, { browse, answer }: SearchPageInput): Html {
  const chosen = [...browse.filters.values()].flat().length + (browse.price === null ? 0 : 1)
  const isLoose = answer.step === 'any_word' && chosen === 0
  return html`<aside class="${isLoose ? 'filters filters-folded' : 'filters'}" aria-label="Filters">
<input class="unseen" type="checkbox" id="show-filters"><label class="filters-toggle" for="show-filters">Filters${chosen === 0 ? null : ` (${chosen})`}</label>
${panel}
</aside>`
}

function subcategories({ category }: CategoryAnswer): Html | null {
  if (category.children.length === 0) return null
  return html`<nav aria-label="Subcategories"><ul class="tiles">
${category.children.map((child) => html`<li><a class="tile" href="${categoryUrl(child.path)}">${child.name}</a></li>`)}
</ul></nav>`
}

function toolbar({ format }: ShopView, { browse, answer }: SearchPageInput): Html {
  const kept = browsePairs({ ...browse, sort: 'relevance', page: 1 })
  return html`<div class="toolbar">
<p class="total">${totalText(answer.total, format)}</p>
<form class="sort" action="/search" method="get">
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label>Sort by <select name="sort">
${SORT_WORDS.map(
  ([sort, words]) =>
    html`<option value="${sort}"${sort === browse.sort ? html` selected` : null}>${words}</option>`,
)}
</select></label>
<button type="submit">Sort</button>
</form>
</div>`
}
