import { expect, test } from 'vitest'
import { uuidV7 } from './ids.ts'

test('the example of RFC 9562 comes out of its time and its random bits', () => {
  const random = '12345678-9abc-4cc3-98c4-dc0c0c07398f'
  expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
})

test('a later id sorts after an earlier one', () => {
  const high = 'ffffffff-ffff-4fff-bfff-ffffffffffff'
  const low = '00000000-0000-4000-8000-000000000000'
  expect(uuidV7(1_000, high) < uuidV7(1_001, low)).toBe(true)
})
