/** An item in a list: picture in a fixed box, brand, name, price, availability. */
import type { Hit } from '../../src/catalog/answers.ts'
import { type Html, html, imageUrl, marked } from '../html.ts'
import { drawing, tintOf } from './drawings.ts'
import { AVAILABILITY_WORDS, type Format, NO_PRICE } from './format.ts'
import { itemUrl } from './links.ts'

/** What a picture, or the drawing in its place, is made from. */
type Pictured = Pick<Hit, 'image' | 'name' | 'brand'> & {
  readonly category: Pick<Hit['category'], 'name' | 'names'>
}

/** First pictures are in view when the page opens: loading them lazily would only be later. */
const EAGER_PICTURES = 4

export function itemGrid(hits: readonly Hit[], format: Format): Html {
  return html`<ul class="grid">
${hits.map((hit, i) => itemCard(hit, format, i < EAGER_PICTURES))}
</ul>`
}

function itemCard(hit: Hit, format: Format, isEager: boolean): Html {
  const name = hit.highlight === null ? hit.name : marked(hit.highlight)
  return html`<li class="card" data-item="${hit.item_id}">
${photo(hit, isEager)}
<div class="card-text">
${hit.brand === null ? null : html`<p class="brand">${hit.brand}</p>`}
<h3 class="card-name"><a href="${itemUrl(hit.item_id)}" title="${hit.name}">${name}</a></h3>
<p class="card-end">${priceText(hit.price, hit.currency, format)} ${availability(hit, format)}</p>
</div>
</li>
`
}

/**
 * A box of fixed shape, so that nothing moves when pictures arrive. The drawing below shows through until
 * then, and for good when there is none; the script hides a picture that cannot be loaded.
 */
export function photo({ image, name, brand, category }: Pictured, isEager: boolean): Html {
  const url = imageUrl(image)
  const loading = isEager ? 'eager' : 'lazy'
  return html`<div class="photo ${tintOf(`${brand ?? ''} ${category.name}`)}">${drawing(category.names, name)}${
    url === null
      ? null
      : html`<img src="${url}" alt="" width="300" height="300" loading="${loading}" decoding="async" referrerpolicy="no-referrer">`
  }</div>`
}

export function priceText(price: number | null, currency: string, format: Format): Html {
  if (price === null) return html`<span class="price price-none">${NO_PRICE}</span>`
  return html`<data class="price" value="${price}">${format.price(price, currency)}</data>`
}

/** The script shows units in its place, where the sku has any. */
export function availability(
  { sku, availability: value }: Pick<Hit, 'sku' | 'availability'>,
  format: Format,
): Html {
  return html`<span class="stock stock-${value}" data-sku="${sku}" data-locale="${format.locale}">${AVAILABILITY_WORDS[value]}</span>`
}
