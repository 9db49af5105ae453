import { describe, expect, test } from 'vitest'
import { createLanes, laneOf } from './lanes.ts'
import { operationOf } from './operation.ts'

const operation = (id: string, version = 1n) => operationOf(id, version, null, false, () => undefined)
const limits = { lanes: 4, maxItems: 3, maxSize: 10_000 }

describe('lanes', () => {
  test('an id is never in two bulks at a time, so its writes keep their order', () => {
    const lanes = createLanes(limits)
    lanes.push(operation('7', 1n))
    const first = lanes.next()
    lanes.push(operation('7', 2n))
    expect(lanes.next()).toBeNull()
    lanes.free(first?.lane ?? -1, [])
    expect(lanes.next()?.operations.map((op) => op.version)).toEqual([2n])
  })

  test('a lane that has to try again does not block others', () => {
    const lanes = createLanes(limits)
    const ids = Array.from({ length: 40 }, (_, i) => String(i))
    const other = ids.find((id) => laneOf(id, 4) !== laneOf('0', 4)) ?? ''
    lanes.push(operation('0'))
    const first = lanes.next()
    lanes.push(operation(other))
    const second = lanes.next()
    expect(second?.operations.map((op) => op.id)).toEqual([other])
    lanes.free(second?.lane ?? -1, [])
    lanes.free(first?.lane ?? -1, first?.operations ?? [])
    expect(lanes.next()?.operations.map((op) => op.id)).toEqual(['0'])
  })

  test('what comes again goes before what waits', () => {
    const lanes = createLanes(limits)
    lanes.push(operation('7', 1n))
    const first = lanes.next()
    lanes.push(operation('7', 2n))
    lanes.free(first?.lane ?? -1, first?.operations ?? [])
    expect(lanes.next()?.operations.map((op) => op.version)).toEqual([1n, 2n])
  })

  test('lanes with little to write share a bulk', () => {
    const lanes = createLanes({ ...limits, maxItems: 1_000 })
    for (let i = 0; i < 20; i++) lanes.push(operation(String(i)))
    const bulk = lanes.next()
    expect([bulk?.operations.length, lanes.open, lanes.next()]).toEqual([20, 4, null])
    lanes.free(bulk?.lane ?? -1, [])
    expect([lanes.open, lanes.depth]).toEqual([0, 0])
  })

  test('lanes with much to write have a bulk each', () => {
    const lanes = createLanes({ ...limits, maxItems: 1_000, maxSize: 1_000_000 })
    for (let i = 0; i < 2_000; i++) lanes.push(operation(String(i)))
    expect([lanes.next(), lanes.next()].map((bulk) => (bulk?.operations.length ?? 0) > 200)).toEqual([
      true,
      true,
    ])
    expect(lanes.open).toBe(2)
  })

  test('operations of several lanes that come again return to their own', () => {
    const lanes = createLanes({ ...limits, maxItems: 1_000 })
    for (let i = 0; i < 20; i++) lanes.push(operation(String(i)))
    const bulk = lanes.next()
    lanes.push(operation('0', 2n))
    lanes.free(bulk?.lane ?? -1, bulk?.operations ?? [])
    const again = lanes.next()?.operations ?? []
    expect(again.length).toBe(21)
    expect(again.filter((op) => op.id === '0').map((op) => op.version)).toEqual([1n, 2n])
  })

  test('a bulk is bounded by items and by size, and one big operation still goes', () => {
    const lanes = createLanes({ lanes: 1, maxItems: 3, maxSize: 100 })
    for (const id of ['1', '2', '3', '4']) lanes.push(operation(id))
    const first = lanes.next()
    expect(first?.operations.length).toBe(1) // about 60 bytes each
    lanes.free(0, [])
    expect(lanes.depth).toBe(3)
  })

  test('depth and size return to nothing when all is written', () => {
    const lanes = createLanes(limits)
    for (let i = 0; i < 20; i++) lanes.push(operation(String(i)))
    for (let bulk = lanes.next(); bulk; bulk = lanes.next()) lanes.free(bulk.lane, [])
    expect([lanes.depth, lanes.size, lanes.open]).toEqual([0, 0, 0])
  })

  test('ids spread over all lanes', () => {
    const seen = new Set(Array.from({ length: 100 }, (_, i) => laneOf(String(i), 4)))
    expect(seen.size).toBe(4)
  })
})
