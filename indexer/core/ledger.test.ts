import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLedger } from './ledger.ts'

describe('the ledger', () => {
  test('a commit is durable when the last of its changes is', () => {
    const ledger = createLedger(100n)
    ledger.hold(ledger.current)
    ledger.hold(ledger.current)
    ledger.committed(200n)
    ledger.release(ledger.current)
    expect(ledger.durable).toBe(100n)
    ledger.release(ledger.current)
    expect(ledger.durable).toBe(200n) // the exact end: 201 would skip an adjacent commit (fact E2)
  })

  test('a later epoch that is done waits for an earlier one that is not', () => {
    const ledger = createLedger(0n)
    const first = ledger.current
    ledger.hold(first)
    ledger.committed(10n)
    ledger.turn()
    const second = ledger.current
    ledger.hold(second)
    ledger.committed(20n)
    ledger.release(second)
    expect(ledger.durable).toBe(0n)
    ledger.release(first)
    expect(ledger.durable).toBe(20n)
  })

  test('a transaction that spans epochs is durable with its last change', () => {
    const ledger = createLedger(0n)
    ledger.hold(ledger.current)
    ledger.turn() // a batch was taken in the middle of the transaction
    ledger.hold(ledger.current)
    ledger.committed(50n)
    ledger.release(ledger.current)
    expect(ledger.durable).toBe(0n)
    ledger.release(ledger.first)
    expect(ledger.durable).toBe(50n)
  })

  test('an idle system moves with what has no changes', () => {
    const ledger = createLedger(0n)
    ledger.committed(70n)
    expect([ledger.durable, ledger.isIdle]).toEqual([70n, true])
  })

  test('releasing what is not held is an accounting fault', () => {
    const ledger = createLedger(0n)
    expect(() => ledger.release(ledger.current)).toThrow(RangeError)
  })

  test('the position never goes back and never passes a commit with something held', () => {
    const step = fc.constantFrom('hold', 'release', 'commit', 'turn')
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat()), { maxLength: 200 }), (steps) => {
        const ledger = createLedger(0n)
        const held: { epoch: number; below: bigint }[] = []
        let end = 0n
        let before = 0n
        for (const [what, pick] of steps) {
          if (what === 'hold') {
            ledger.hold(ledger.current)
            held.push({ epoch: ledger.current, below: end })
          } else if (what === 'commit') {
            end += 10n
            ledger.committed(end)
          } else if (what === 'turn') ledger.turn()
          else if (held.length > 0) ledger.release(held.splice(pick % held.length, 1)[0]?.epoch ?? -1)
          expect(ledger.durable).toBeGreaterThanOrEqual(before)
          for (const { below } of held) expect(ledger.durable).toBeLessThanOrEqual(below)
          before = ledger.durable
        }
        expect(held.length > 0 || ledger.durable === end).toBe(true)
      }),
    )
  })
})
