import { expect, test } from 'vitest'
import { fromDocument, type IndexState, isBuilding, PHASES, toDocument } from './state.ts'

test('a state survives its document, 64-bit numbers included', () => {
  const state: IndexState = {
    index: 'shop-items-v000001',
    mapping: 'items',
    mapping_version: 'm1',
    phase: 'load',
    slot: 'aisle_shop',
    system_id: '7300000000000000001',
    timeline: 2,
    position: 2n ** 60n,
    floor: 5n,
    base: 2n ** 55n,
    ranges: [{ after: 0n, upto: 2n ** 62n, cursor: 9n }],
    keep_until: '2026-11-25T00:00:00.000Z',
  }
  expect(fromDocument(JSON.parse(JSON.stringify(toDocument(state))))).toEqual(state)
})

test('deletes are tombstones until an index is live', () => {
  expect(PHASES.filter(isBuilding)).toEqual(['load', 'catch_up', 'purge'])
})
