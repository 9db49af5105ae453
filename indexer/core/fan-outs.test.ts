import { expect, test } from 'vitest'
import { createFanOuts } from './fan-outs.ts'

test('nothing at or above the oldest open fan-out is claimed until it is closed', () => {
  const fanOuts = createFanOuts()
  expect([fanOuts.claimable(90n), fanOuts.sinceMs]).toEqual([90n, null])
  fanOuts.open('1', 50n, 1_000)
  fanOuts.open('2', 70n, 2_000)
  expect([fanOuts.claimable(90n), fanOuts.claimable(40n), fanOuts.sinceMs]).toEqual([50n, 40n, 1_000])
  fanOuts.close('1')
  expect([fanOuts.claimable(90n), fanOuts.sinceMs]).toEqual([70n, 2_000])
  fanOuts.close('2')
  expect([fanOuts.claimable(90n), fanOuts.sinceMs]).toEqual([90n, null])
})

test('one that an earlier leader left holds everything back, also when its change is replayed', () => {
  const fanOuts = createFanOuts()
  fanOuts.open('1', 0n, 1_000)
  fanOuts.open('1', 80n, 2_000)
  expect([fanOuts.claimable(90n), fanOuts.sinceMs]).toEqual([0n, 1_000])
})
