/** What the page says about how it came to its results: corrections, loosening, nothing found. */
import type { SearchAnswer } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import { degradedBanner } from './degraded.ts'
import { type Browse, browseUrl, NOTHING_CHOSEN } from './links.ts'

export function notices(answer: SearchAnswer, browse: Browse): Html {
  return html`${degradedBanner(answer.degraded)}
${answer.zero_result ? nothingFound(browse) : rewritten(answer, browse)}
${answer.did_you_mean === null ? null : didYouMean(answer.did_you_mean, browse)}
${answer.step === 'any_word' ? html`<p class="notice">No product has all the words. These have some of them.</p>` : null}
${answer.truncated ? html`<p class="notice">Only the first 20 words were searched.</p>` : null}
${answer.partial ? html`<p class="notice notice-warn">The search was cut short: there may be more.</p>` : null}`
}

/** Search instead, in the words that were typed: a correction must never be a trap. */
function rewritten({ query_asked, query_used }: SearchAnswer, browse: Browse): Html | null {
  if (browse.q === '' || query_used === query_asked) return null
  return html`<p class="notice">Showing results for <strong>${query_used}</strong>. Search instead for <a href="${browseUrl({ ...browse, exact: true, page: 1 })}" rel="nofollow">${query_asked}</a>.</p>`
}

function didYouMean(text: string, browse: Browse): Html {
  return html`<p class="notice">Did you mean <a href="${browseUrl({ ...browse, q: text, exact: false, page: 1 })}">${text}</a>?</p>`
}

function nothingFound(browse: Browse): Html {
  const hasFilters = browse.filters.size > 0 || browse.price !== null
  const unfiltered = browseUrl({ ...browse, filters: new Map(), price: null, page: 1 })
  const everywhere = browseUrl({ ...browse, category: null, page: 1 })
  return html`<section class="notice nothing" aria-label="Nothing found">
<p>${browse.q === '' ? 'Nothing here matches your choice.' : html`Nothing matches <strong>${browse.q}</strong>${browse.category === null && !hasFilters ? null : ' with what you chose'}.`} You could:</p>
<ul>
${hasFilters ? html`<li><a href="${unfiltered}">search without filters</a></li>` : null}
${browse.category === null ? null : html`<li><a href="${everywhere}">search in all categories</a></li>`}
${browse.exact ? html`<li><a href="${browseUrl({ ...browse, exact: false })}">allow other spellings</a></li>` : null}
${browse.q === '' ? null : html`<li>try fewer words, or a more general one</li>`}
<li><a href="/categories">look through the categories</a></li>
<li><a href="${browseUrl(NOTHING_CHOSEN)}">see all products</a></li>
</ul>
</section>`
}
