/** What is chosen, each with a link that takes it back, and one that takes all back. */
import type { CategoryRef } from '../../src/catalog/answers.ts'
import { attributeLabel } from '../../src/catalog/labels.ts'
import { type Html, html } from '../html.ts'
import { type FacetPanelInput, valueLabel } from './facet-panel.ts'
import { browseUrl, toggleValue } from './links.ts'

export type ChipsInput = FacetPanelInput & {
  /** A choice beside a query; a category page alone is a place, not a filter. */
  readonly scope: CategoryRef | null
}

export function chosenFilters({ browse, facets, format, currency, scope }: ChipsInput): Html | null {
  const chips = [...browse.filters].flatMap(([name, values]) => {
    const facet = facets.find((candidate) => candidate.name === name)
    return values.map((value) => {
      const found = facet?.values.find((candidate) => candidate.value === value)
      const label = found && facet ? valueLabel(facet, found) : value
      return chip(facet?.label ?? attributeLabel(name), label, browseUrl(toggleValue(browse, name, value)))
    })
  })
  if (scope !== null) chips.unshift(chip('In', scope.name, browseUrl({ ...browse, category: null, page: 1 })))
  if (browse.price !== null) {
    const without = browseUrl({ ...browse, price: null, page: 1 })
    chips.push(chip('Price', format.priceRange(browse.price, currency), without))
  }
  if (chips.length === 0) return null
  const kept = scope === null ? browse.category : null
  const none = browseUrl({ ...browse, category: kept, filters: new Map(), price: null, page: 1 })
  return html`<ul class="chips" aria-label="Chosen filters">
${chips}
<li><a class="chip-clear" href="${none}" rel="nofollow">Clear all<span class="unseen"> filters</span></a></li>
</ul>`
}

function chip(what: string, label: string, href: string): Html {
  return html`<li><a class="chip" href="${href}" rel="nofollow"><span class="unseen">Remove filter </span><span class="chip-what">${what}:</span> ${label}<svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8"/></svg></a></li>`
}
