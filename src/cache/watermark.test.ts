import { describe, expect, test } from 'vitest'
import { Watermark } from './watermark.ts'

const record = (id: number, ...tags: string[]) => ({ id, verb: 'expire' as const, tags })

describe('watermark', () => {
  test('an entry is invalid after a record that names one of its tags, and only then', () => {
    const watermark = new Watermark()
    watermark.reset('e', 10)
    watermark.apply(record(11, 'a'))
    expect(watermark.isValid(10, ['a', 'b'])).toBe(false)
    expect(watermark.isValid(10, ['b'])).toBe(true)
    expect(watermark.isValid(11, ['a'])).toBe(true)
  })

  test('nothing stamped before a reset is valid', () => {
    const watermark = new Watermark()
    watermark.reset('e', 10)
    expect(watermark.isValid(9, [])).toBe(false)
    expect(watermark.isRemoved(9, [])).toBe(true)
  })

  test('a gap in the log is refused', () => {
    const watermark = new Watermark()
    watermark.reset('e', 10)
    expect(watermark.apply(record(12, 'a'))).toBe(false)
    expect(watermark.consumed).toBe(10)
  })

  test('a forgotten tag makes everything before its record invalid', () => {
    const watermark = new Watermark(2)
    watermark.reset('e', 0)
    for (const [index, tag] of ['a', 'b', 'c'].entries()) watermark.apply(record(index + 1, tag))
    expect(watermark.isValid(0, ['z'])).toBe(false) // a is forgotten: its record 1 counts for every tag
    expect(watermark.isValid(1, ['z'])).toBe(true)
    expect(watermark.isValid(1, ['b'])).toBe(false)
  })

  test('an expire record lets an old answer stand in, a remove record does not', () => {
    const watermark = new Watermark()
    watermark.reset('e', 0)
    watermark.apply(record(1, 'a'))
    expect(watermark.isRemoved(0, ['a'])).toBe(false)
    watermark.apply({ id: 2, verb: 'remove', tags: ['a'] })
    expect(watermark.isRemoved(0, ['a'])).toBe(true)
    expect(watermark.isRemoved(2, ['a'])).toBe(false)
  })

  test('a replayed tail keeps older entries usable down to its first record', () => {
    const watermark = new Watermark()
    watermark.resetWithTail('e', 12, [record(11, 'a'), record(12, 'b')])
    expect(watermark.isValid(10, ['c'])).toBe(true)
    expect(watermark.isValid(10, ['a'])).toBe(false)
    expect(watermark.isValid(9, ['c'])).toBe(false)
  })
})
