/**
 * Badges of availability that tell how many units there are, as they are taken and given back. What has no stock of
 * its own keeps the word it came with.
 */
import { watchStock } from './live-stock.js'
import { unitsText } from './stock-state.js'

/** A stream takes so many SKUs. */
const SKUS_MAX = 50
const LATE_TEXT = 'As of a few seconds ago'

/** @param {readonly HTMLElement[]} badges with `data-sku`, in the order of the page */
export function startUnits(badges) {
  /** @type {Map<string, HTMLElement[]>} */
  const bySku = new Map()
  for (const badge of badges) {
    const sku = badge.dataset['sku'] ?? ''
    bySku.set(sku, [...(bySku.get(sku) ?? []), badge])
  }
  const locale = badges[0]?.dataset['locale'] ?? 'en'
  watchStock(
    [...bySku.keys()].slice(0, SKUS_MAX),
    (view) => {
      for (const badge of bySku.get(view.sku) ?? []) {
        badge.className = `stock stock-${view.state}`
        badge.dataset['units'] = String(view.available)
        badge.textContent = unitsText(view, locale)
      }
    },
    (isLate) => {
      for (const badge of badges) badge.title = isLate ? LATE_TEXT : ''
    },
  )
}
