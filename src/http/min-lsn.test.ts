import { expect, test } from 'vitest'
import { minLsnOf } from './min-lsn.ts'

const lsn = 0x10_0000_0020n
const given = (prefer?: string) =>
  minLsnOf({ 'x-min-lsn': '10/20', ...(prefer === undefined ? {} : { prefer }) })

test.each([
  ['nothing', undefined, 200],
  ['another preference', 'respond-async', 200],
  ['a second', 'wait=1', 1_000],
  ['a second among others', 'respond-async, wait=1, handling=lenient', 1_000],
  ['not to wait', 'wait=0', 0],
  ['two seconds', 'wait=2', 2_000],
  ['an hour, which nobody gets', 'wait=3600', 2_000],
  ['a number beyond all bounds', 'wait=9999999999', 200],
  ['a wait that is none', 'wait=soon', 200],
])('a client that prefers %s waits as long as it may', (_, prefer, waitMs) => {
  expect(given(prefer)).toEqual({ lsn, waitMs })
})

test('without a position nothing is asked for, and one that cannot be read is told', () => {
  expect([minLsnOf({ prefer: 'wait=2' }), minLsnOf({ 'x-min-lsn': 'soon' })]).toEqual([null, 'unreadable'])
})
