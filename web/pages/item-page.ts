/** One item with everything the catalogue knows of it. */
import type { ItemAnswer } from '../../src/catalog/answers.ts'
import type { AttributeValue } from '../../src/catalog/item.ts'
import { type Html, html } from '../html.ts'
import { attributeLabel, type Format } from './format.ts'
import { availability, photo, priceText } from './item-card.ts'
import { breadcrumbs, degradedBanner, layout, type ShopView } from './layout.ts'
import { browseUrl, categoryUrl, NOTHING_CHOSEN } from './links.ts'

export function itemPage(shop: ShopView, item: ItemAnswer): string {
  const { format } = shop
  const main = html`
${breadcrumbs(item.category, item.name)}
${degradedBanner(item.degraded)}
<article class="item" data-item="${item.item_id}">
${photo(item.image, true)}
<div class="item-text">
${item.brand === null ? null : html`<p class="brand"><a href="${brandUrl(item.brand)}">${item.brand}</a></p>`}
<h1>${item.name}</h1>
<p class="item-price">${priceText(item.price, item.currency, format)}</p>
<p>${availability(item.availability)}</p>
<dl class="facts">${facts(item).map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
</div>
</article>
${item.description === null ? null : description(item.description)}
${attributes(item, format)}
<p class="more"><a class="button" href="${categoryUrl(item.category.path)}">More in ${item.category.name}</a></p>`
  return layout(shop, { title: item.name, query: '', scope: null, main, isIndexed: true })
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
