/** Filters beside the results: every value is a link to the page with that value added or taken away. */
import type { Facet, FacetCount } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import { AVAILABILITY_WORDS, type Format } from './format.ts'
import { type Browse, browsePairs, browseUrl, priceBounds, toggleValue } from './links.ts'

const OPEN_FACETS = 5
const VALUES_SHOWN = 8

export type FacetPanelInput = {
  readonly facets: readonly Facet[]
  readonly browse: Browse
  readonly format: Format
  /** ISO 4217, for prices that stand beside no item. */
  readonly currency: string
}

export function facetPanel(input: FacetPanelInput): Html | null {
  const shown = input.facets.filter((facet) => facet.values.length > 0)
  if (shown.length === 0) return null
  return html`<div class="facets">
${shown.map((facet, i) => facetBlock(facet, input, i < OPEN_FACETS))}
</div>`
}

function facetBlock(facet: Facet, input: FacetPanelInput, isOpen: boolean): Html {
  const isChosen = facet.values.some((value) => value.selected)
  const lines = facet.values.map((value) => valueLine(facet, value, input))
  const rest = lines.slice(VALUES_SHOWN)
  const open = isOpen || isChosen ? html` open` : null
  return html`<details class="facet" data-facet="${facet.name}"${open}>
<summary>${facet.label}</summary>
<ul>${lines.slice(0, VALUES_SHOWN)}</ul>
${rest.length === 0 ? null : html`<details class="facet-more"><summary>${rest.length} more</summary><ul>${rest}</ul></details>`}
${facet.kind === 'range' ? priceForm(input) : null}
</details>
`
}

/** A value that would find nothing is text: a link to an empty page helps nobody. */
function valueLine(facet: Facet, value: FacetCount, input: FacetPanelInput): Html {
  const label = valueLabel(facet, value)
  const count = html`<span class="count">${input.format.number(value.count)}</span>`
  if (value.count === 0 && !value.selected)
    return html`<li><span class="value value-none">${label} ${count}</span></li>`
  const state = value.selected ? html` aria-current="true"` : null
  const mark = facet.kind === 'category' ? 'value' : 'value value-box'
  return html`<li><a class="${mark}" href="${browseUrl(chosen(facet, value, input.browse))}" rel="nofollow"${state}><span>${label}</span> ${count}</a></li>`
}

function chosen(facet: Facet, value: FacetCount, browse: Browse): Browse {
  switch (facet.kind) {
    case 'terms':
      return toggleValue(browse, facet.name, value.value)
    case 'range':
      return { ...browse, price: value.selected ? null : priceBounds(value.value), page: 1 }
    case 'category':
      return { ...browse, category: value.selected ? null : value.value, page: 1 }
    default:
      throw new Error(`facet kind not handled: ${facet.kind satisfies never}`)
  }
}

/** Availability is said as on the cards, everything else as search labels it. */
export function valueLabel(facet: Facet, value: FacetCount): string {
  return facet.name === 'availability' ? availabilityWord(value) : value.label
}

function availabilityWord(value: FacetCount): string {
  const words: Readonly<Record<string, string>> = AVAILABILITY_WORDS
  return words[value.value] ?? value.label
}

/** Own bounds, typed in whole units of the currency; the api turns them into the `price` of the URL. */
function priceForm({ browse, format, currency }: FacetPanelInput): Html {
  const unit = format.minorPerMajor(currency)
  const major = (minor: number | null | undefined) =>
    minor === null || minor === undefined ? '' : String(minor / unit)
  const kept = browsePairs({ ...browse, price: null, page: 1 })
  return html`<form class="price-form" action="/search" method="get">
${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<label>from <input name="price_from" inputmode="decimal" size="6" value="${major(browse.price?.min)}"></label>
<label>to <input name="price_to" inputmode="decimal" size="6" value="${major(browse.price?.max)}"></label>
<button type="submit"><span class="unseen">Apply price in ${currency}</span><span aria-hidden="true">Go</span></button>
</form>`
}
