/** Links to the pages of a result. */
import type { Total } from '../../src/catalog/answers.ts'
import { type Html, html } from '../html.ts'
import type { Format } from './format.ts'
import { type Browse, browseUrl } from './links.ts'

/** Pages end here; further on there is only the cursor of the API. */
const ITEMS_MAX = 10_000

/** @param size items a page, >= 1 */
export function pageCount(total: Total, size: number): number {
  return Math.ceil(Math.min(total.value, Math.floor(ITEMS_MAX / size) * size) / size)
}

/** First, last, and the neighbours of the current page; null stands for a gap. */
export function pageNumbers(current: number, last: number): (number | null)[] {
  const wanted = [1, current - 1, current, current + 1, last]
  const numbers = [...new Set(wanted)].filter((n) => n >= 1 && n <= last).sort((a, b) => a - b)
  return numbers.flatMap((n, i) => (i > 0 && n - (numbers[i - 1] ?? n) > 1 ? [null, n] : [n]))
}

export function paging(browse: Browse, total: Total, size: number, format: Format): Html | null {
  const last = pageCount(total, size)
  if (last <= 1) return null
  const link = (page: number, label: string, rel: string) =>
    html`<li><a href="${browseUrl({ ...browse, page })}" rel="${rel}">${label}</a></li>`
  return html`<nav class="pages" aria-label="Pages"><ul>
${browse.page > 1 ? link(browse.page - 1, 'Previous', 'prev') : null}
${pageNumbers(browse.page, last).map((page) => {
  if (page === null) return html`<li class="gap" aria-hidden="true">…</li>`
  const label = format.number(page)
  return page === browse.page
    ? html`<li><span aria-current="page">${label}</span></li>`
    : link(page, label, 'nofollow')
})}
${browse.page < last ? link(browse.page + 1, 'Next', 'next') : null}
</ul></nav>`
}

/** `1 to 24 of 1,203`, `more than 10,000`. */
export function totalText(total: Total, format: Format): string {
  const count = format.number(total.value)
  if (total.relation === 'gte') return `More than ${count} products`
  return total.value === 1 ? '1 product' : `${count} products`
}
