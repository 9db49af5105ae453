import { describe, expect, test } from 'vitest'
import { GateHealth } from './gate-health.ts'

function failing(times: number): GateHealth {
  const health = new GateHealth()
  for (let i = 0; i < times; i++) {
    health.allow(0)
    health.failed(0)
  }
  return health
}

describe('health of the gate', () => {
  test('four failures in a row change nothing, and a success forgets them', () => {
    const health = failing(4)
    expect(health.allow(0)).toBe(true)
    health.succeeded()
    health.failed(0)
    expect(health.allow(0)).toBe(true)
  })

  test('after five failures nobody waits for Redis until the pause is over', () => {
    const health = failing(5)
    expect([health.allow(0), health.allow(249), health.allow(250)]).toEqual([false, false, true])
  })

  test('one call at a time tries a Redis that was away', () => {
    const health = failing(5)
    expect([health.allow(300), health.allow(300)]).toEqual([true, false])
    health.failed(300)
    expect([health.allow(549), health.allow(550)]).toEqual([false, true])
    health.succeeded()
    expect([health.allow(550), health.allow(550)]).toEqual([true, true])
  })
})
