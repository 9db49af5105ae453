import { expect, test } from 'vitest'
import { createStreamSeats } from './stream-seats.ts'

const visitor = (name: string, most = 2) => [{ name, most }]

test('a visitor has two streams at once, another one has two of their own', () => {
  const seats = createStreamSeats(10)
  const leave = seats.take(visitor('a'))
  seats.take(visitor('a'))
  expect(() => seats.take(visitor('a'))).toThrow('At most 2 streams')
  seats.take(visitor('b'))
  leave()
  leave()
  seats.take(visitor('a'))
  expect(() => seats.take(visitor('a'))).toThrow('At most 2 streams')
})

test('an address has its bound, whoever it poses as', () => {
  const seats = createStreamSeats(10)
  const from = (name: string) => [...visitor(name), ...visitor('address', 3)]
  const leave = seats.take(from('a'))
  seats.take(from('b'))
  seats.take(from('c'))
  expect(() => seats.take(from('d'))).toThrow('At most 3 streams')
  leave()
  seats.take(from('d'))
})

test('a process has its bound, whoever takes them', () => {
  const seats = createStreamSeats(2)
  const leave = seats.take([])
  seats.take([])
  expect(() => seats.take(visitor('a'))).toThrow('Too much to do')
  leave()
  seats.take(visitor('a'))
})
