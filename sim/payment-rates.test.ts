import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  callFate,
  HOSTILE_RATES,
  parseScenario,
  paymentFate,
  QUIET_RATES,
  webhookFate,
} from './payment-rates.ts'

const keys = Array.from({ length: 20_000 }, (_, at) => `order-${at}:1`)
const share = <T>(values: readonly T[], is: (value: T) => boolean) => values.filter(is).length / values.length

describe('fates of the simulated provider', () => {
  test('payments take 300 ms in the middle and 8 s at the 99th percentile, and one in twenty is declined', () => {
    const fates = keys.map((key) => paymentFate(HOSTILE_RATES, 1, key, {}))
    const delays = fates.map((fate) => fate.delayMs).toSorted((a, b) => a - b)
    expect(delays[10_000]).toBeGreaterThan(280)
    expect(delays[10_000]).toBeLessThan(320)
    expect(delays[19_800]).toBeGreaterThan(7_000)
    expect(delays[19_800]).toBeLessThan(9_000)
    expect(share(fates, (fate) => fate.isDeclined)).toBeCloseTo(0.05, 2)
  })

  test('of calls one in fifty answers 500 and one in a hundred never, each try anew', () => {
    const fates = keys.map((key) => callFate(HOSTILE_RATES, 1, 'create', key, 1))
    expect(share(fates, (fate) => fate === 'error_after')).toBeCloseTo(0.02, 2)
    expect(share(fates, (fate) => fate === 'timeout_after')).toBeCloseTo(0.01, 2)
    const bad = keys.filter((_, at) => fates[at] !== 'answered')
    const again = bad.map((key) => callFate(HOSTILE_RATES, 1, 'create', key, 2))
    expect(share(again, (fate) => fate === 'answered')).toBeGreaterThan(0.9)
  })

  test('of webhooks one in fifty is lost, one in ten held back, and none later than two minutes', () => {
    const fates = keys.map((key) => webhookFate(HOSTILE_RATES, 1, key, {}))
    expect(share(fates, (fate) => fate.isLost)).toBeCloseTo(0.02, 2)
    expect(share(fates, (fate) => fate.isReordered)).toBeCloseTo(0.1, 2)
    for (const { copies } of fates) {
      expect(copies.length >= 1 && copies.length <= 3).toBe(true)
      expect(copies.every((lateMs) => lateMs >= 0 && lateMs <= 120_000)).toBe(true)
    }
  })

  test('a fate depends on seed and key alone, not on what was drawn before', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), (seed, key) => {
        expect(paymentFate(HOSTILE_RATES, seed, key, {})).toEqual(paymentFate(HOSTILE_RATES, seed, key, {}))
      }),
    )
    const seeds = Array.from({ length: 50 }, (_, seed) => paymentFate(HOSTILE_RATES, seed, 'k', {}).delayMs)
    expect(new Set(seeds).size).toBe(50)
  })

  test('with every rate at 0 all is decided at once, answered and told once', () => {
    for (const key of keys.slice(0, 500)) {
      expect(paymentFate(QUIET_RATES, 1, key, {})).toEqual({ delayMs: 0, isDeclined: false })
      expect(callFate(QUIET_RATES, 1, 'create', key, 1)).toBe('answered')
      expect(webhookFate(QUIET_RATES, 1, key, {})).toEqual({ isLost: false, isReordered: false, copies: [0] })
    }
  })

  test('a scenario forces its part and leaves the rest to the draw', () => {
    expect(parseScenario('short:1+in:SEK')).toEqual({ shortMinor: 1, currency: 'SEK' })
    expect(parseScenario('decline+late:90+dup:3')).toEqual({ isDeclined: true, lateMs: 90_000, copies: 3 })
    expect(webhookFate(HOSTILE_RATES, 1, 'e', { lateMs: 90_000, copies: 3 }).copies).toEqual([
      90_000, 90_000, 90_000,
    ])
    for (const text of ['late', 'late:x', 'dup:0', 'unknown', '', 'decline+']) {
      expect([text, parseScenario(text)]).toEqual([text, null])
    }
  })
})
