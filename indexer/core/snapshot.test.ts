import { describe, expect, test } from 'vitest'
import { fullXid, isVisible, parseSnapshot } from './snapshot.ts'

const EPOCH = 2n ** 32n

describe('visibility of a transaction', () => {
  test('below xmin is visible, from xmax on is not, between depends on the list', () => {
    const snapshot = parseSnapshot('10:20:12,15')
    expect([9, 12, 13, 15, 19, 20, 21].map((xid) => isVisible(xid, snapshot))).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      false,
    ])
  })

  test('an empty list is read', () => {
    expect(parseSnapshot('7:7:').running.size).toBe(0)
  })

  test('text that is no snapshot is refused', () => {
    for (const text of ['', '1:2', '1:2:3,', 'a:b:']) expect(() => parseSnapshot(text)).toThrow(RangeError)
  })
})

describe('the 64-bit id of a 32-bit one', () => {
  test('takes the epoch of the snapshot', () => {
    const snapshot = parseSnapshot(`${3n * EPOCH + 100n}:${3n * EPOCH + 200n}:`)
    expect(fullXid(150, snapshot)).toBe(3n * EPOCH + 150n)
  })

  test('just before a wrap-around belongs to the epoch before', () => {
    const snapshot = parseSnapshot(`${3n * EPOCH + 5n}:${3n * EPOCH + 6n}:`)
    expect(fullXid(0xffff_fff0, snapshot)).toBe(2n * EPOCH + 0xffff_fff0n)
    expect(isVisible(0xffff_fff0, snapshot)).toBe(true)
  })

  test('just after a wrap-around that the snapshot has not seen belongs to the next epoch', () => {
    const snapshot = parseSnapshot(`${3n * EPOCH - 6n}:${3n * EPOCH - 5n}:`)
    expect(fullXid(3, snapshot)).toBe(3n * EPOCH + 3n)
    expect(isVisible(3, snapshot)).toBe(false)
  })
})
