import { expect, test } from 'vitest'
import { indexLag } from './index-lag.ts'

/** Reads one row of the table after the other: time in ms, written, indexed. */
function lagOver(table: readonly (readonly [atMs: number, written: bigint, indexed: bigint | null])[]) {
  let i = -1
  const row = () => table[i] ?? [0, 0n, 0n]
  const lag = indexLag(
    () => {
      i += 1
      const [, written, indexed] = row()
      return Promise.resolve({ written, indexed })
    },
    () => row()[0],
  )
  return async () => {
    const seen: number[] = []
    for (const _ of table) seen.push(await lag())
    return seen
  }
}

test('the lag is the age of the oldest position that is not indexed', async () => {
  const read = lagOver([
    [0, 100n, 100n],
    [1_000, 200n, 100n],
    [2_000, 300n, 100n],
    [3_000, 300n, 200n],
    [4_000, 300n, 300n],
  ])
  expect(await read()).toEqual([0, 0, 1, 1, 0])
})

test('without a slot the lag grows from the first look', async () => {
  const read = lagOver([
    [0, 100n, null],
    [5_000, 100n, null],
  ])
  expect(await read()).toEqual([0, 5])
})
