/**
 * One item with everything the catalogue knows of it. Price and availability are as of this page; the script keeps
 * them live, with the words and the locale that stand in the attributes of the article.
 */
import type { Hit, ItemAnswer } from '../../src/catalog/answers.ts'
import type { AttributeValue } from '../../src/catalog/item.ts'
import { attributeLabel } from '../../src/catalog/labels.ts'
import { type Html, html } from '../html.ts'
import { degradedBanner } from './degraded.ts'
import { AVAILABILITY_WORDS, type Format, NO_PRICE } from './format.ts'
import { availability, itemGrid, photo, priceText } from './item-card.ts'
import { breadcrumbs, layout, type ShopView } from './layout.ts'
import { browseUrl, categoryUrl, NOTHING_CHOSEN } from './links.ts'

const LIVE_WORDS = JSON.stringify({ ...AVAILABILITY_WORDS, no_price: NO_PRICE })

/** @param others of the same category, may be empty */
export function itemPage(shop: ShopView, item: ItemAnswer, others: readonly Hit[]): string {
  const { format } = shop
  const main = html`
${breadcrumbs(item.category, item.name)}
${degradedBanner(item.degraded)}
<article class="item" data-item="${item.item_id}" data-locale="${format.locale}" data-words="${LIVE_WORDS}">
${photo(item, true)}
<div class="item-text">
${item.brand === null ? null : html`<p class="brand"><a href="${brandUrl(item.brand)}">${item.brand}</a></p>`}
<h1>${item.name}</h1>
<p class="item-price">${priceText(item.price, item.currency, format)}</p>
<p class="item-stock" id="item-stock">${availability(item, format)}</p>
<p class="item-news small" role="status" aria-live="polite"></p>
${buyForm(item)}
<dl class="facts">${facts(item).map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
</div>
</article>
<div class="item-more">
${item.description === null ? null : description(item.description)}
${attributes(item, format)}
</div>
${others.length === 0 ? null : html`<section aria-labelledby="others"><h2 id="others">Popular in ${item.category.name}</h2>${itemGrid(others, format)}</section>`}
<p class="more"><a class="button" href="${categoryUrl(item.category.path)}">More in ${item.category.name}</a></p>`
  return layout(shop, { title: item.name, query: '', scope: null, main, isIndexed: true })
}

/**
 * Into the cart, at the price that is shown. Nothing here is of one person, because the page is kept for all. What is sold
 * out has its button switched off, with the words beside it as the reason; the script switches it with the stock.
 */
function buyForm({ sku, price, availability: stock }: ItemAnswer): Html | null {
  if (price === null) return null
  const isGone = stock === 'out_of_stock'
  return html`<form class="buy" method="post" action="/cart/lines">
<input type="hidden" name="sku" value="${sku}"><input type="hidden" name="price" value="${price}">
<label for="buy-qty">Quantity</label>
<input id="buy-qty" name="qty" type="number" value="1" min="1" max="9999" step="1" required inputmode="numeric" autocomplete="off">
<button class="button button-main" type="submit"${isGone ? html` disabled` : null} aria-describedby="item-stock">Put into the cart</button>
<p class="buy-said" role="status"></p>
</form>`
}

function brandUrl(brand: string): string {
  return browseUrl({ ...NOTHING_CHOSEN, filters: new Map([['brand', [brand]]]) })
}

function facts(item: ItemAnswer): (readonly [term: string, text: string])[] {
  const rows: readonly (readonly [string, string | null])[] = [
    ['Article number', item.sku],
    ['Model', item.model],
    ['Part numbers', item.codes.filter((code) => code !== item.model).join(', ')],
    ['EAN', item.gtin.join(', ')],
  ]
  return rows.flatMap(([term, text]) => (text ? [[term, text] as const] : []))
}

function description(text: string): Html {
  const paragraphs = text.split(/\n\s*\n|\\n/).filter((paragraph) => paragraph.trim() !== '')
  return html`<section class="description"><h2>Description</h2>${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}</section>`
}

function attributes(item: ItemAnswer, format: Format): Html | null {
  const rows = Object.entries(item.attrs)
  if (rows.length === 0) return null
  return html`<section><h2>Details</h2><table class="attributes"><tbody>
${rows.map(([key, value]) => html`<tr><th scope="row">${attributeLabel(key)}</th><td>${attributeText(value, format)}</td></tr>`)}
</tbody></table></section>`
}

function attributeText(value: AttributeValue, format: Format): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return format.number(value)
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  return value.join(', ')
}
