import { expect, test } from 'vitest'
import { createPoisonGuard, MAX_DEAD, withoutValues } from './poison.ts'

test('a few bad documents are bad documents', () => {
  const guard = createPoisonGuard(0)
  for (let i = 0; i < 1_000; i++) guard.record(i % 20 === 0)
  expect(guard.isFlood).toBe(false)
})

test('more than 5 % of the last 1,000 writes is a fault of the mapping', () => {
  const guard = createPoisonGuard(0)
  for (let i = 0; i < 51; i++) guard.record(true)
  expect(guard.isFlood).toBe(true)
})

test('bad documents of long ago leave the window and stay in the total', () => {
  const guard = createPoisonGuard(MAX_DEAD - 40)
  for (let i = 0; i < 40; i++) guard.record(true)
  for (let i = 0; i < 1_000; i++) guard.record(false)
  expect(guard.isFlood).toBe(false)
  guard.record(true)
  expect(guard.isFlood).toBe(true)
})

test('a reason keeps the field and loses the value', () => {
  const reason = "failed to parse field [price] of type [long]. Preview of field's value: 'secret\nmore'"
  expect(withoutValues(reason)).toBe(
    "failed to parse field [price] of type [long]. Preview of field's value: ***",
  )
})
