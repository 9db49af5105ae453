/** Results of a search or of a category. */
import type { CategoryAnswer, Facet, SearchAnswer } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import { chosenFilters } from './chips.ts'
import { facetPanel } from './facet-panel.ts'
import { itemGrid } from './item-card.ts'
import { breadcrumbs, layout, type ShopView } from './layout.ts'
import { type Browse, browsePairs, browseUrl } from './links.ts'
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
  const isPlace = browse.q === '' && category !== null
  const tiles = isPlace ? subcategories(shop, input) : null
  // What the tiles say already is not said again beside them.
  const facets = tiles === null ? input.facets : input.facets.filter((facet) => facet.kind !== 'category')
  const panelInput = { ...input, facets, format: shop.format }
  const panel = answer.zero_result ? null : facetPanel(panelInput)
  const scope = isPlace ? null : (category?.category ?? null)
  const main = html`
${category === null ? null : breadcrumbs(category.category, browse.q === '' ? null : `“${browse.q}”`)}
<h1>${heading}</h1>
${notices(answer, browse)}
${tiles}
<div class="${panel === null ? 'results' : 'results results-beside'}"${foundFor(input)}>
${panel === null ? null : filters(panel, input)}
<section aria-labelledby="results">
${answer.zero_result ? null : toolbar(shop, input)}
${chosenFilters({ ...panelInput, scope })}
<h2 id="results"${answer.zero_result ? null : html` class="unseen"`}>${answer.zero_result ? 'Popular products' : 'Products'}</h2>
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

/** A query that found something: the script remembers it in the browser. */
function foundFor({ browse, answer }: SearchPageInput): Html | null {
  return browse.q === '' || answer.zero_result ? null : html` data-found="${browse.q}"`
}

function headingOf({ browse, category, answer }: SearchPageInput): string {
  const place = category === null ? '' : ` in ${category.category.name}`
  if (browse.q === '') return category === null ? 'All products' : category.category.name
  return answer.zero_result ? `Nothing found for “${browse.q}”${place}` : `Results for “${browse.q}”${place}`
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

/** Categories below this one, with what the filters leave of each. */
function subcategories({ format }: ShopView, { browse, facets, category }: SearchPageInput): Html | null {
  const children = category?.category.children ?? []
  if (children.length === 0) return null
  const counts = facets.find((facet) => facet.kind === 'category')?.values
  return html`<nav aria-label="Subcategories"><ul class="tiles">
${children.map(({ path, name }) => {
  const counted = counts?.find((value) => value.value === path)?.count
  const count = counted === undefined ? null : html` <span class="count">${format.number(counted)}</span>`
  return html`<li><a class="tile" href="${browseUrl({ ...browse, category: path, page: 1 })}">${name}${count}</a></li>`
})}
</ul></nav>`
}

function toolbar({ format }: ShopView, { browse, answer }: SearchPageInput): Html {
  const kept = browsePairs({ ...browse, sort: 'relevance', page: 1 })
  return html`<div class="toolbar">
<p class="total">${totalText(answer.total, format)}</p>
<form class="sort" action="/search" method="get">
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label><span class="sort-words">Sort by</span> <select name="sort">
${SORT_WORDS.map(
  ([sort, words]) =>
    html`<option value="${sort}"${sort === browse.sort ? html` selected` : null}>${words}</option>`,
)}
</select></label>
<button type="submit">Sort</button>
</form>
</div>`
}
