import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkStockHistory, type Recorded, type StockCall } from './linearizability.ts'

const entry = (call: StockCall, called: number, returned: number): Recorded => ({ call, called, returned })
const held = (qty: number): StockCall => ({ kind: 'reserve', qty, answer: 'held' })
const refused = (qty: number): StockCall => ({ kind: 'reserve', qty, answer: 'refused' })
const unknown = (qty: number): StockCall => ({ kind: 'reserve', qty, answer: 'unknown' })
const released = (qty: number): StockCall => ({ kind: 'release', qty, answer: 'released' })
const read = (available: number): StockCall => ({ kind: 'read', available })

describe('T19 checker: histories of one SKU', () => {
  test('two winners of one unit are not linearizable, also when they overlap', () => {
    expect(checkStockHistory(1, [entry(held(1), 0, 5), entry(held(1), 1, 4)]).ok).toBe(false)
  })

  test('a refusal that overlaps the release it could have waited for is linearizable', () => {
    const history = [entry(held(1), 0, 1), entry(refused(1), 2, 5), entry(released(1), 3, 4)]
    expect(checkStockHistory(1, history).ok).toBe(true)
  })

  test('a refusal after the unit has come back is not linearizable', () => {
    const history = [entry(held(1), 0, 1), entry(released(1), 2, 3), entry(refused(1), 4, 5)]
    expect(checkStockHistory(1, history).ok).toBe(false)
  })

  test('a read that goes back to an older count is not linearizable', () => {
    const history = [entry(held(1), 0, 1), entry(read(1), 2, 3), entry(read(2), 4, 5)]
    expect(checkStockHistory(2, history).ok).toBe(false)
  })

  test('an unknown outcome explains both the unit that is gone and the unit that is not', () => {
    const asked = entry(unknown(1), 0, Number.POSITIVE_INFINITY)
    expect(checkStockHistory(1, [asked, entry(read(0), 5, 6)]).ok).toBe(true)
    expect(checkStockHistory(1, [asked, entry(read(1), 5, 6)]).ok).toBe(true)
    expect(checkStockHistory(1, [asked, entry(read(1), 5, 6), entry(read(0), 7, 8)]).ok).toBe(true)
    expect(checkStockHistory(1, [asked, entry(read(0), 5, 6), entry(read(1), 7, 8)]).ok).toBe(false)
  })

  test('a call that returns before it was made is a fault of the recorder', () => {
    expect(() => checkStockHistory(1, [entry(read(1), 2, 1)])).toThrow('returned before it')
  })
})

/** A true run: calls take effect one after the other; call and return are stretched around that moment. */
const trueRun = fc
  .array(
    fc.record({ kind: fc.constantFrom('reserve', 'release', 'read'), before: fc.nat(6), after: fc.nat(6) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((steps) => {
    let available = 3
    let out = 0
    return steps.map(({ kind, before, after }, at): Recorded => {
      const times = [at - before, at + after] as const
      if (kind === 'read') return entry(read(available), ...times)
      if (kind === 'release' && out > 0) {
        out -= 1
        available += 1
        return entry(released(1), ...times)
      }
      if (available === 0) return entry(refused(1), ...times)
      available -= 1
      out += 1
      return entry(held(1), ...times)
    })
  })

test('every history of a true counter is linearizable, however its calls overlap', () => {
  fc.assert(fc.property(trueRun, (history) => checkStockHistory(3, history).ok))
})

test('a counter that forgets one reservation is found by the reads after it', () => {
  fc.assert(
    fc.property(trueRun, (history) => {
      const end = history.length + 20
      const units = history.reduce((sum, { call }) => sum + effectOf(call), 3)
      return !checkStockHistory(3, [...history, entry(read(units + 1), end, end + 1)]).ok
    }),
  )
})

function effectOf(call: StockCall): number {
  if (call.kind === 'read') return 0
  if (call.kind === 'release') return call.qty
  return call.answer === 'held' ? -call.qty : 0
}
