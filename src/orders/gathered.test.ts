import { expect, test } from 'vitest'
import { fakeTime } from '../../test/support/fake-time.ts'
import { Gathered, ReadTimeout } from './gathered.ts'

function reader() {
  const time = fakeTime()
  const reads: {
    readonly ids: readonly string[]
    readonly end: PromiseWithResolvers<Map<string, string>>
  }[] = []
  const gathered = new Gathered<string>(
    (ids) => {
      const end = Promise.withResolvers<Map<string, string>>()
      reads.push({ ids, end })
      return end.promise
    },
    { ms: 1_000, setTimer: time.setTimer },
  )
  return { gathered, reads, time }
}

test('who asks while a reading is under way shares the next one', async () => {
  const { gathered, reads, time } = reader()
  const first = gathered.get('a')
  await time.settle()
  const later = [gathered.get('b'), gathered.get('c'), gathered.get('b')]
  await time.settle()
  expect(reads.map(({ ids }) => ids)).toEqual([['a']])
  reads[0]?.end.resolve(new Map([['a', 'A']]))
  expect(await first).toBe('A')
  await time.settle()
  expect(reads.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']])
  reads[1]?.end.resolve(new Map([['b', 'B']]))
  expect(await Promise.all(later)).toEqual(['B', null, 'B'])
})

test('a reading that fails fails its own askers, and the next goes on', async () => {
  const { gathered, reads, time } = reader()
  const lost = gathered.get('a')
  await time.settle()
  const next = gathered.get('a')
  reads[0]?.end.reject(new Error('connection reset'))
  await expect(lost).rejects.toThrow('connection reset')
  await time.settle()
  reads[1]?.end.resolve(new Map([['a', 'A']]))
  expect(await next).toBe('A')
})

test('nobody waits longer than the patience, and more than 256 ids are two statements', async () => {
  const { gathered, reads, time } = reader()
  const asked = Array.from({ length: 300 }, (_, at) =>
    gathered.get(`id${at}`).catch((error: unknown) => error),
  )
  await time.pass(1_000)
  expect(reads.map(({ ids }) => ids.length)).toEqual([256])
  for (const answer of await Promise.all(asked)) expect(answer).toBeInstanceOf(ReadTimeout)
  expect(time.pending()).toBe(0)
  reads[0]?.end.resolve(new Map())
  await time.settle()
  expect(reads.map(({ ids }) => ids.length)).toEqual([256, 44])
})
