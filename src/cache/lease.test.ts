import { describe, expect, test } from 'vitest'
import { LEASE_MS, Lease } from './lease.ts'

describe('freshness lease', () => {
  test('a heartbeat proves the moment before the newest tick it had read', () => {
    const lease = new Lease()
    lease.asked(100, 1)
    lease.asked(200, 2)
    lease.asked(300, 3)
    lease.heartbeat(2)
    expect(lease.age(1_000)).toBe(800)
  })

  test('no heartbeat, no lease, however often this node asked', () => {
    const lease = new Lease()
    for (let tick = 1; tick <= 10; tick++) lease.asked(tick * 300, tick)
    expect(lease.isFresh(3_000)).toBe(false)
  })

  test('a stalled publisher lets the lease run out', () => {
    const lease = new Lease()
    lease.asked(0, 1)
    lease.heartbeat(1)
    lease.asked(LEASE_MS, 2)
    expect(lease.isFresh(LEASE_MS - 1)).toBe(true)
    expect(lease.isFresh(LEASE_MS)).toBe(false)
  })

  test('after a broken contact only a tick asked for since counts', () => {
    const lease = new Lease()
    lease.asked(100, 7)
    lease.lose()
    lease.heartbeat(7)
    expect(lease.isFresh(100)).toBe(false)
  })
})
