import { describe, expect, test } from 'vitest'
import { type Found, planStart } from './start-plan.ts'
import type { IndexState } from './state.ts'

const state = (overrides: Partial<IndexState> = {}): IndexState => ({
  index: 'shop-items-v000001',
  mapping: 'items',
  mapping_version: 'm1',
  phase: 'live',
  slot: 'aisle_shop',
  system_id: '42',
  timeline: 1,
  position: 100n,
  floor: 50n,
  base: 0n,
  ranges: [],
  keep_until: null,
  ...overrides,
})
const found = (overrides: Partial<Found> = {}): Found => ({
  confirmed: 100n,
  systemId: '42',
  slotName: 'aisle_shop',
  states: [state()],
  aliased: ['shop-items-v000001'],
  mappingVersion: 'm1',
  ...overrides,
})

describe('what a leader does first', () => {
  test('nothing yet: build', () => {
    const plan = planStart(found({ states: [], aliased: [] }))
    expect([plan.build, plan.feed]).toEqual(['there is no index yet', []])
  })

  test('a live index at the slot: feed it', () => {
    const plan = planStart(found())
    expect([plan.build, plan.resume, plan.feed.length]).toEqual([null, null, 1])
  })

  test('an index behind the slot: it serves as it is and a new one is built', () => {
    const plan = planStart(found({ confirmed: 101n }))
    expect(plan.build).toContain('behind the slot')
    expect(plan.frozen.map((frozen) => frozen.index)).toEqual(['shop-items-v000001'])
  })

  test('positions of another cluster mean nothing', () => {
    expect(planStart(found({ systemId: '43' })).feed).toEqual([])
  })

  test('a changed mapping: the old index is fed while a new one is built', () => {
    const plan = planStart(found({ mappingVersion: 'm2' }))
    expect([plan.build, plan.feed.length]).toEqual(['the mapping has changed', 1])
  })

  test('a build that stopped goes on', () => {
    const build = state({ index: 'shop-items-v000002', phase: 'load' })
    const plan = planStart(found({ states: [state(), build] }))
    expect([plan.resume?.index, plan.build, plan.discard]).toEqual([build.index, null, []])
  })

  test('a build that the slot has passed, or of another mapping, is deleted', () => {
    const behind = state({ index: 'shop-items-v000002', phase: 'load', position: 99n })
    const other = state({ index: 'shop-items-v000003', phase: 'purge', mapping_version: 'm0' })
    const plan = planStart(found({ states: [state(), behind, other] }))
    expect(plan.discard.map((discarded) => discarded.index).sort()).toEqual([behind.index, other.index])
    expect(plan.build).toBeNull()
  })

  test('a build that search reads already is never deleted', () => {
    const swapped = state({ index: 'shop-items-v000002', phase: 'purge' })
    const crashed = { states: [state(), swapped], aliased: [swapped.index] }
    expect(planStart(found(crashed)).resume).toBe(swapped)
    const changed = planStart(found({ ...crashed, mappingVersion: 'm2' }))
    expect([changed.build, changed.discard]).toEqual(['the mapping has changed', []])
    expect(changed.feed).toContain(swapped)
    const behind = planStart(found({ ...crashed, confirmed: 101n }))
    expect([behind.discard, behind.frozen.length]).toEqual([[], 2])
  })

  test('a kept index that lost its alias is fed and no reason to build', () => {
    const kept = state({ index: 'shop-items-v000000', phase: 'kept' })
    expect(planStart(found({ states: [state(), kept] })).feed.length).toBe(2)
  })
})
