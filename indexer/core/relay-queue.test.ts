import { expect, test } from 'vitest'
import { countVisible, createRelayQueue, eventOf } from './relay-queue.ts'
import { parseSnapshot } from './snapshot.ts'

function row(id: number, tx: number, payload = '{}') {
  const at = '2026-11-23 14:02:10.1149+00'
  return {
    id: `${id}`,
    tx: `${tx}`,
    topic: 'stock',
    key: 'LAMP',
    ver: '1',
    type: 'stock.changed',
    payload,
    at,
  }
}

/** Two transactions: events 1 and 2 end at 110, event 3 ends at 210. */
function filledQueue() {
  const queue = createRelayQueue(50n)
  queue.begin(100n, 7)
  queue.add(row(1, 900))
  queue.add(row(2, 900))
  queue.passed(110n)
  queue.begin(200n, 8)
  queue.add(row(3, 899))
  queue.passed(210n)
  return queue
}

test('positions sort as text like the order of commits, whatever their number of digits', () => {
  const queue = filledQueue()
  queue.begin(0x1_0000_0000n, 9)
  queue.add(row(4, 901))
  const positions = queue.peek(10, 1_000).map(({ position }) => position)
  expect(positions).toEqual([...positions].sort())
  expect(positions[1]).toBe('000000000000006400000001')
})

test('a transaction is acknowledged when the last of its events is done with, not the first', () => {
  const queue = filledQueue()
  expect(queue.durable).toBe(50n)
  queue.remove(1)
  expect(queue.durable).toBe(50n)
  queue.remove(1)
  expect(queue.durable).toBe(110n)
  queue.remove(1)
  expect(queue.durable).toBe(210n)
})

test('the server says that nothing follows: it counts once the queue is empty', () => {
  const queue = filledQueue()
  queue.passed(500n)
  expect(queue.durable).toBe(50n)
  queue.remove(3)
  expect(queue.durable).toBe(500n)
})

test('an event of a transaction whose end has not come holds the commit before it', () => {
  const queue = createRelayQueue(50n)
  queue.begin(100n, 7)
  queue.add(row(1, 900))
  queue.remove(1)
  expect(queue.durable).toBe(50n)
})

test('a batch has the oldest up to a number and up to a size, and at least one', () => {
  const queue = createRelayQueue(0n)
  for (let id = 1; id <= 5; id++) queue.add(row(id, 1, 'x'.repeat(100)))
  const ids = (max: number, bytes: number) => queue.peek(max, bytes).map(({ id }) => Number(id))
  expect(ids(2, 1_000)).toEqual([1, 2])
  expect(ids(9, 201)).toEqual([1, 2, 3])
  expect(ids(9, 1)).toEqual([1])
})

test('size and bytes are those of what is left, also after many', () => {
  const queue = createRelayQueue(0n)
  for (let id = 1; id <= 5_000; id++) queue.add(row(id, id, 'xx'))
  queue.remove(2_400)
  queue.remove(2_400)
  expect([queue.size, queue.bytes, queue.lowestTx, queue.peek(1, 1)[0]?.id]).toEqual([
    200,
    400,
    4_801n,
    '4801',
  ])
})

test('the lowest transaction is not always the first', () => {
  expect(filledQueue().lowestTx).toBe(899n)
  expect(createRelayQueue(0n).lowestTx).toBeNull()
})

test('events are sent up to the first whose transaction others do not see', () => {
  const events = [{ tx: 5n }, { tx: 8n }, { tx: 4n }, { tx: 9n }]
  const visible = (snapshot: string) => countVisible(events, parseSnapshot(snapshot))
  expect(visible('6:10:9')).toBe(3)
  expect(visible('6:10:8')).toBe(1)
  expect(visible('6:8:')).toBe(1)
  expect(visible('5:10:5')).toBe(0)
  expect(visible('10:10:')).toBe(4)
})

test('the time of an event is ISO 8601 in UTC, and a row that lacks a column is refused', () => {
  expect(eventOf(row(1, 1)).at).toBe('2026-11-23T14:02:10.114Z')
  expect(() => eventOf({ id: '1' })).toThrow('a row without topic')
})
