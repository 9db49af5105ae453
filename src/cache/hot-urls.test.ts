import { expect, test } from 'vitest'
import { HotUrls } from './hot-urls.ts'

test('what is asked most comes first', () => {
  const hot = new HotUrls()
  for (const url of ['/a', '/b', '/b', '/c', '/b', '/c']) hot.note(url)
  expect(hot.take(2)).toEqual([
    ['/b', 3],
    ['/c', 2],
  ])
})

test('what was asked before counts half, and is forgotten when it is not asked again', () => {
  const hot = new HotUrls()
  for (let i = 0; i < 4; i++) hot.note('/old')
  hot.take(10)
  for (let i = 0; i < 3; i++) hot.note('/new')
  expect(hot.take(10)).toEqual([
    ['/new', 3],
    ['/old', 2],
  ])
  hot.take(10)
  hot.take(10)
  expect(hot.take(10)).toEqual([])
})

test('a scan of URLs that are asked once neither grows the table nor hides the hot ones', () => {
  const hot = new HotUrls(100)
  for (let i = 0; i < 10_000; i++) {
    hot.note(`/once/${i}`)
    if (i % 10 === 0) hot.note('/hot')
  }
  expect(hot.size).toBeLessThanOrEqual(100)
  expect(hot.take(1)[0]?.[0]).toBe('/hot')
})
