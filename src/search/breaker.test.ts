import { describe, expect, test } from 'vitest'
import { Breaker } from './breaker.ts'

function fail(breaker: Breaker, times: number, now: number): void {
  for (let i = 0; i < times; i++) if (breaker.allow(now)) breaker.failed(now)
}

describe('circuit breaker', () => {
  test('five failures in a row open it', () => {
    const breaker = new Breaker()
    fail(breaker, 4, 0)
    expect(breaker.state(0)).toBe('closed')
    fail(breaker, 1, 0)
    expect(breaker.allow(999)).toBe(false)
  })

  test('half of twenty calls failing opens it, although none follow each other', () => {
    const breaker = new Breaker()
    for (let i = 0; i < 10; i++) {
      breaker.succeeded(i)
      breaker.failed(i)
    }
    expect(breaker.state(10)).toBe('open')
  })

  test('failures of before the window count no more', () => {
    const breaker = new Breaker()
    for (let i = 0; i < 9; i++) {
      breaker.failed(0)
      breaker.succeeded(0)
    }
    breaker.failed(20_000)
    breaker.failed(20_000)
    expect(breaker.state(20_000)).toBe('closed')
  })

  test('after the pause one probe goes out, and its success closes it', () => {
    const breaker = new Breaker()
    fail(breaker, 5, 0)
    expect(breaker.allow(1_000)).toBe(true)
    expect(breaker.allow(1_000)).toBe(false)
    breaker.succeeded(1_010)
    expect(breaker.allow(1_010)).toBe(true)
  })

  test('failed probes double the pause up to five seconds', () => {
    const breaker = new Breaker()
    fail(breaker, 5, 0)
    let now = 0
    const pauses: number[] = []
    for (let probe = 0; probe < 5; probe++) {
      const openedAt = now
      while (!breaker.allow(now)) now += 100
      pauses.push(now - openedAt)
      breaker.failed(now)
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 5_000, 5_000])
  })

  test('a probe that was withdrawn lets the next caller probe', () => {
    const breaker = new Breaker()
    fail(breaker, 5, 0)
    expect(breaker.allow(1_000)).toBe(true)
    breaker.withdrawn()
    expect(breaker.allow(1_000)).toBe(true)
  })
})
