import { expect, test } from 'vitest'
import { createIntake } from './intake.ts'

test('messages that come before anybody is ready are handed on in order, as they were', () => {
  const intake = createIntake()
  const seen: string[] = []
  const bytes = Buffer.from('first')
  intake.handlers.message(bytes)
  bytes.fill('x') // the socket uses its memory again
  intake.handlers.keepalive(5n)
  const to = {
    message: (payload: Buffer) => void seen.push(payload.toString()),
    keepalive: (end: bigint) => void seen.push(String(end)),
  }
  intake.open(to)
  intake.handlers.message(Buffer.from('second'))
  expect(seen).toEqual(['first', '5', 'second'])
})
