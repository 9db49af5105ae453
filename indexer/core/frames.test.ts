import { expect, test } from 'vitest'
import { parseFrame, statusFrame } from './frames.ts'

test('a data frame gives positions and a view of its payload', () => {
  const chunk = Buffer.concat([
    Buffer.from('77000000000000001000000000000000200000000000000001', 'hex'),
    Buffer.from('B'),
  ])
  expect(parseFrame(chunk)).toEqual({ kind: 'data', start: 16n, end: 32n, payload: Buffer.from('B') })
})

test('a keepalive tells the end and whether an answer is wanted', () => {
  const chunk = Buffer.from('6b0000000100000000000000000000000001', 'hex')
  expect(parseFrame(chunk)).toEqual({ kind: 'keepalive', end: 4_294_967_296n, replyRequested: true })
})

test('a frame of an unknown type is refused', () => {
  expect(() => parseFrame(Buffer.from('x'))).toThrow('unknown type 120')
})

test('the status carries the exact durable position as flush and apply, and the clock of Postgres', () => {
  const frame = statusFrame(500n, 300n, 946_684_800_001, true)
  expect(frame.length).toBe(34)
  expect(frame.toString('latin1', 0, 1)).toBe('r')
  expect([1, 9, 17, 25].map((at) => frame.readBigInt64BE(at))).toEqual([500n, 300n, 300n, 1_000n])
  expect(frame[33]).toBe(1)
})
