/** What pages of carts, holds and orders share: their frame, notices, times. */
import { type Html, html, type Part } from '../html.ts'
import type { Format } from './format.ts'
import { layout, type OrderingParts, type ShopView } from './layout.ts'

/** Something that a page says at its top. `good`: it is done; `warn`: it is not, or not all of it. */
export type Notice = { readonly kind: 'good' | 'warn'; readonly text: Part }

export function orderingLayout(
  shop: ShopView,
  page: { readonly title: string; readonly main: Html } & Partial<OrderingParts>,
): string {
  const { title, main, units = null, againAfterS = null, onTo = null } = page
  return layout(shop, {
    title,
    query: '',
    scope: null,
    main,
    isIndexed: false,
    ordering: { units, againAfterS, onTo },
  })
}

/** Read out by a screen reader when the page opens: it answers what was just done. */
export function noticeOf(notice: Notice | null): Html | null {
  if (notice === null) return null
  const role = notice.kind === 'warn' ? 'alert' : 'status'
  return html`<div class="notice${notice.kind === 'warn' ? ' notice-warn' : null}" role="${role}" id="notice">${notice.text}</div>`
}

/** A time of day; script writes it in the time zone of the browser. */
export function timeText(iso: string, format: Format): Html {
  return html`<time datetime="${iso}" data-local="time">${format.time(iso)}</time>`
}

export function dateTimeText(iso: string, format: Format): Html {
  return html`<time datetime="${iso}" data-local="date">${format.dateTime(iso)}</time>`
}

/** One unit, two units. */
export function unitsText(units: number, format: Format): string {
  return units === 1 ? '1 unit' : `${format.number(units)} units`
}
