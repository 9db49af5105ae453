/**
 * From what a caller asked for to what is reserved: one line per SKU, bundles taken apart, sorted, within bounds.
 * Two lines of one SKU, and a bundle beside a line of its own part, are a sum: counted one by one, both pass a
 * check that their sum would fail, and the last unit is sold twice (medusajs/medusa #16502, vendure-ecommerce/vendure #2702).
 */
import type { FieldFault } from '../errors.ts'
import type { Line } from './types.ts'

/** Most lines of a cart after bundles are taken apart: what one batch of 256 carts can carry in one statement. */
export const LINES_MAX = 100

/** A line with the price that the caller saw, minor units; null: any price is right. */
export type AskedLine = Line & { readonly expected_price_minor: number | null }

/** Units of each part in one bundle, by the sku of the bundle. Parts are not bundles themselves. */
export type Bundles = ReadonlyMap<string, readonly Line[]>

/** Lines that can be used, or everything that is wrong with them. */
export type LinesChecked =
  | { readonly ok: true; readonly lines: readonly AskedLine[] }
  | { readonly ok: false; readonly faults: readonly FieldFault[] }

/**
 * Order of two texts by code point, as Postgres sorts `collate "C"` over UTF-8. JavaScript's `<` goes by UTF-16
 * units and puts U+FFFD after U+1F600; locks taken in two different orders are a deadlock.
 * @returns below 0, 0 or above 0
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at += 1) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (x !== y) return raised(x) - raised(y)
  }
  return a.length - b.length
}

/** A UTF-16 unit with surrogates moved above the rest of the first plane. */
function raised(unit: number): number {
  if (unit < 0xd800) return unit
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

/**
 * One line per SKU, quantities added, sorted by sku. Of two lines of one SKU, one without an expected price takes
 * the other's.
 * @param asked at least one line; quantities are integers >= 1
 * @returns faults when two lines of one SKU expect different prices: one of them cannot be right
 */
export function mergeLines(asked: readonly AskedLine[]): LinesChecked {
  const merged = new Map<string, AskedLine>()
  const faults: FieldFault[] = []
  for (const [at, line] of asked.entries()) {
    const before = merged.get(line.sku)
    const expected = before?.expected_price_minor ?? line.expected_price_minor
    if (line.expected_price_minor !== null && line.expected_price_minor !== expected) {
      faults.push({
        path: `lines.${at}.expected_price_minor`,
        message: `is ${line.expected_price_minor}, another line of this sku expects ${expected}`,
      })
    }
    merged.set(line.sku, {
      sku: line.sku,
      qty: line.qty + (before?.qty ?? 0),
      expected_price_minor: expected,
    })
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, lines: sorted(merged) }
}

/**
 * Take bundles apart and merge again. The price of a bundle is the sum of its parts, so an expected price on a
 * bundle line has nothing it could be compared with.
 * @param lines merged lines
 * @returns faults when a bundle line carries an expected price
 */
export function explodeBundles(lines: readonly AskedLine[], bundles: Bundles): LinesChecked {
  const priced = lines.filter((line) => bundles.has(line.sku) && line.expected_price_minor !== null)
  if (priced.length > 0) return { ok: false, faults: priced.map(pricedBundle) }
  return mergeLines(
    lines.flatMap((line) => {
      const parts = bundles.get(line.sku)
      if (parts === undefined) return [line]
      return parts.map((part) => ({ ...part, qty: part.qty * line.qty, expected_price_minor: null }))
    }),
  )
}

/**
 * Hold lines to the bounds of a cart.
 * @param lines merged, bundles taken apart
 * @param maxPerCart most units of a SKU in one cart, integer >= 1
 * @returns the same lines, or a fault for each bound that is passed
 */
export function checkBounds(lines: readonly AskedLine[], maxPerCart: (sku: string) => number): LinesChecked {
  const faults: FieldFault[] = []
  if (lines.length < 1 || lines.length > LINES_MAX) {
    faults.push({ path: 'lines', message: `has ${lines.length} skus, expected 1 to ${LINES_MAX}` })
  }
  for (const { sku, qty } of lines) {
    const most = maxPerCart(sku)
    if (Number.isInteger(qty) && qty >= 1 && qty <= most) continue
    faults.push({ path: 'lines', message: `asks for ${qty} of ${sku}, expected 1 to ${most}` })
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, lines }
}

function pricedBundle({ sku }: AskedLine): FieldFault {
  return { path: 'lines', message: `expects a price for ${sku}, a bundle: its price is that of its parts` }
}

function sorted(merged: ReadonlyMap<string, AskedLine>): AskedLine[] {
  return [...merged.values()].sort((a, b) => compareCodePoints(a.sku, b.sku))
}
