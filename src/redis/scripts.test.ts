import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { bindScript, readScript } from './scripts.ts'

describe('the contract of a script', () => {
  test('a header names fixed keys and arguments, and the group that is repeated for each line', () => {
    const admit = readScript('admit')
    expect(admit.keys).toEqual(['epoch', 'h', 'tz'])
    expect(admit.keysPerLine).toEqual(['k', 't'])
    expect(admit.args).toEqual(['epoch', 'id', 'hash', 'partial', 'offer'])
    expect(admit.argsPerLine).toEqual(['sku', 'qty'])
    expect(admit.returns).toEqual('OK KNOWN MISMATCH NOEPOCH MISS QUEUE LIMIT SHORT'.split(' '))
  })

  test('a header without a repeated group has none', () => {
    expect(readScript('store-entry')).toMatchObject({ keysPerLine: [], argsPerLine: [] })
  })
})

describe('a call of a script', () => {
  const connection = new Redis({ lazyConnect: true })
  const settle = bindScript(connection, readScript('settle'))

  test.each([
    ['a fixed key is missing', ['h'], ['id', 1]],
    ['a line has one key of two', ['h', 'tz', 'k'], ['id', 1]],
    ['keys have two lines and arguments one', ['h', 'tz', 'k', 't', 'k', 't'], ['id', 1, 7]],
    ['there is an argument too many', ['h', 'tz', 'k', 't'], ['id', 1, 7, 8]],
  ])('is refused before it is sent when %s', async (_what, keys, args) => {
    await expect(settle(keys, args)).rejects.toThrow(/settle: expected 2 \+ 2 per line keys/)
    expect(connection.status).toBe('wait')
  })
})
