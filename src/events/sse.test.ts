import { expect, test } from 'vitest'
import { SSE_COMMENT, sseEvent, sseRetry } from './sse.ts'

test('an event has its name, its id and its data on lines of their own, and ends with an empty one', () => {
  expect(sseEvent('stock', '17-0', { sku: 'a\nb' })).toBe('event: stock\nid: 17-0\ndata: {"sku":"a\\nb"}\n\n')
})

test('an event without id leaves the id of the stream as it is', () => {
  expect(sseEvent('live', null, {})).toBe('event: live\ndata: {}\n\n')
})

test('a pause is whole milliseconds, and a comment is nothing to a browser', () => {
  expect(sseRetry(1_234.5)).toBe('retry: 1235\n\n')
  expect(SSE_COMMENT).toBe(':\n\n')
})
