import { expect, test } from 'vitest'
import { createVersions } from './versions.ts'

test('versions of a key one after the other are next, repeats and older ones late, jumps a gap', () => {
  const versions = createVersions(10)
  const seen = [7, 8, 8, 6, 11, 9, 12].map((ver) => versions.see('LAMP', ver))
  expect(seen).toEqual(['next', 'next', 'late', 'late', 'gap', 'late', 'next'])
})

test('keys do not meddle with each other, and one that was forgotten begins anew', () => {
  const versions = createVersions(2)
  expect([versions.see('a', 5), versions.see('b', 1), versions.see('c', 9)]).toEqual(['next', 'next', 'next'])
  expect(versions.see('a', 4)).toBe('next')
})
