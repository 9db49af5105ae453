import { expect, test } from 'vitest'
import { parseLsn, SyncPoint } from './sync-point.ts'

const LONG_MS = 10_000

test('a commit position is read as Postgres prints it, and nothing else is', () => {
  expect([parseLsn('0/0'), parseLsn('16/B374D848'), parseLsn('1/00000010')]).toEqual([
    0n,
    0x16_b374_d848n,
    0x1_0000_0010n,
  ])
  expect(['', '16', '16/', '/1', '1/2/3', '123456789/1', 'x/1', ' 1/2'].map(parseLsn)).toEqual(
    Array.from({ length: 8 }, () => null),
  )
})

test('who waits for a position goes on with the record that reaches it', async () => {
  const point = new SyncPoint()
  const waiting = Promise.all([point.wait(16n, LONG_MS), point.wait(17n, LONG_MS)])
  point.reached('0/F')
  point.reached('0/10')
  point.reached('0/11')
  expect(await waiting).toEqual([true, true])
  expect(await point.wait(17n, 0)).toBe(true)
})

test('a position that is not reached in time is not reached', async () => {
  const point = new SyncPoint()
  point.reached('0/10')
  expect(await point.wait(17n, 1)).toBe(false)
})

test('after a reset of the log an earlier position says nothing', async () => {
  const point = new SyncPoint()
  point.reached('0/10')
  point.forget()
  expect(await point.wait(16n, 1)).toBe(false)
  point.reached('0/F') // of another server
  expect(await point.wait(15n, 0)).toBe(true)
})
