import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AskedLine, checkBounds, compareCodePoints, explodeBundles, mergeLines } from './lines.ts'
import type { Line } from './types.ts'

const ask = (sku: string, qty: number, expected_price_minor: number | null = null): AskedLine => ({
  sku,
  qty,
  expected_price_minor,
})
/** Few SKUs, so that lines meet; two of them sort differently by UTF-16 unit and by code point. */
const sku = fc.constantFrom('A', 'B', 'LAMP-7', 'SET', '\u{1f600}', '\ufffd')
const asked = fc.array(
  fc.record({ sku, qty: fc.integer({ min: 1, max: 50 }), expected_price_minor: fc.constant(null) }),
  { minLength: 1, maxLength: 12 },
)
const SET: readonly Line[] = [
  { sku: 'A', qty: 2 },
  { sku: 'B', qty: 1 },
]
const bundles = new Map([['SET', SET]])

function linesOf(checked: ReturnType<typeof mergeLines>): readonly AskedLine[] {
  if (!checked.ok) throw new Error(`expected lines, got ${JSON.stringify(checked.faults)}`)
  return checked.lines
}

/** Units of each SKU, counted without merging: the plain meaning of a cart. */
function unitsOf(lines: readonly Line[]): Map<string, number> {
  const units = new Map<string, number>()
  const add = (line: Line, times: number) =>
    units.set(line.sku, (units.get(line.sku) ?? 0) + line.qty * times)
  for (const line of lines) {
    if (line.sku === 'SET') for (const part of SET) add(part, line.qty)
    else add(line, 1)
  }
  return units
}

describe('lines of a cart', () => {
  test('two lines of one sku become their sum', () => {
    expect(linesOf(mergeLines([ask('A', 1), ask('B', 5), ask('A', 2)]))).toEqual([ask('A', 3), ask('B', 5)])
  })

  test('a bundle beside a line of its own part becomes the sum of both', () => {
    expect(linesOf(explodeBundles([ask('A', 1), ask('SET', 3)], bundles))).toEqual([ask('A', 7), ask('B', 3)])
  })

  test('every unit asked for is in exactly one line of the sku, in code point order', () => {
    fc.assert(
      fc.property(asked, (lines) => {
        const ready = linesOf(explodeBundles(linesOf(mergeLines(lines)), bundles))
        expect(new Map(ready.map((line) => [line.sku, line.qty]))).toEqual(unitsOf(lines))
        expect(ready.length).toBe(new Set(ready.map((line) => line.sku)).size)
        const bytes = ready.map((line) => Buffer.from(line.sku))
        expect(bytes).toEqual(bytes.toSorted(Buffer.compare))
      }),
    )
  })

  test('the order in which lines are asked for changes nothing', () => {
    const shuffled = asked.chain((lines) =>
      fc.tuple(
        fc.constant(lines),
        fc.shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([lines, other]) => {
        expect(mergeLines(lines)).toEqual(mergeLines(other))
      }),
    )
  })

  test('texts sort as their UTF-8 bytes do', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
    )
  })

  test('two expected prices for one sku are a fault of the later line', () => {
    const merged = mergeLines([ask('A', 1, 500), ask('A', 1), ask('A', 1, 400)])
    expect(merged).toMatchObject({ ok: false, faults: [{ path: 'lines.2.expected_price_minor' }] })
  })

  test('a line without an expected price takes that of its twin', () => {
    expect(linesOf(mergeLines([ask('A', 1), ask('A', 1, 500)]))).toEqual([ask('A', 2, 500)])
  })

  test('an expected price on a bundle is a fault', () => {
    expect(explodeBundles([ask('SET', 1, 900)], bundles)).toMatchObject({ ok: false })
  })

  test('a sum above the most per cart is a fault although each line is below it', () => {
    const merged = linesOf(mergeLines([ask('A', 60), ask('A', 60)]))
    expect(checkBounds(merged, () => 99)).toMatchObject({ ok: false, faults: [{ path: 'lines' }] })
  })

  test('a hundred skus are a cart and one more is a fault', () => {
    const many = Array.from({ length: 101 }, (_, at) => ask(`S${at}`, 1))
    expect(checkBounds(many.slice(0, 100), () => 99).ok).toBe(true)
    expect(checkBounds(many, () => 99).ok).toBe(false)
    expect(checkBounds([], () => 99).ok).toBe(false)
  })
})
