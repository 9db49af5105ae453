import { expect, test } from 'vitest'
import { parseSnapshot } from './snapshot.ts'
import { createUnseen } from './unseen.ts'

test('a read that misses one known transaction is refused, and accepted when it contains it', () => {
  const unseen = createUnseen()
  unseen.add(10)
  unseen.add(12)
  const required = unseen.required()
  expect(unseen.accept(required, parseSnapshot('11:13:12'))).toBe(false)
  expect(unseen.size).toBe(1) // 10 is visible for good
  expect(unseen.accept(required, parseSnapshot('13:13:'))).toBe(true)
  expect(unseen.size).toBe(0)
})

test('a transaction that comes after the start of a read is not required of it', () => {
  const unseen = createUnseen()
  unseen.add(10)
  const required = unseen.required()
  unseen.add(99)
  expect(unseen.accept(required, parseSnapshot('11:11:'))).toBe(true)
  expect(unseen.size).toBe(1)
})
