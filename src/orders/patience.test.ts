import { describe, expect, test } from 'vitest'
import { patiently } from './patience.ts'

const LONG_MS = 60_000
const never = (error: unknown) => {
  throw error
}

describe('waiting with patience', () => {
  test('ends with what is waited for', async () => {
    await expect(patiently(LONG_MS, Promise.resolve(1), never)).resolves.toBeUndefined()
    await expect(patiently(LONG_MS, Promise.reject(new Error('early')), never)).rejects.toThrow('early')
  })

  test('ends without it when that takes too long, and is told how it failed', async () => {
    const work = Promise.withResolvers<void>()
    const told = Promise.withResolvers<unknown>()
    await patiently(1, work.promise, told.resolve)
    work.reject(new Error('late'))
    expect(String(await told.promise)).toBe('Error: late')
  })
})
