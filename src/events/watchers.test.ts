import { expect, test } from 'vitest'
import { Watcher } from './watchers.ts'

function watcherOf(unsentBytes = 0) {
  const written: string[] = []
  const sink = {
    unsentBytes,
    write: (text: string) => void written.push(text),
    end: () => undefined,
    destroy: () => undefined,
  }
  return { watcher: new Watcher(['a'], sink, 0), written }
}

test('a lower or equal version is never written after a higher one', () => {
  const { watcher, written } = watcherOf()
  const taken = [3, 5, 4, 5, 6].map((ver) => watcher.add('a', ver, `${ver} `))
  watcher.flush(1, 100)
  expect([taken, written]).toEqual([[true, true, false, false, true], ['3 5 6 ']])
})

test('version 0 is a version too', () => {
  expect(watcherOf().watcher.add('a', 0, 'x')).toBe(true)
})

test('several changes are one write, and no change is none', () => {
  const { watcher, written } = watcherOf()
  watcher.add('a', 1, 'one ')
  watcher.tell('two')
  watcher.flush(1, 100)
  watcher.flush(2, 100)
  expect(written).toEqual(['one two'])
})

test('a browser that has not taken more than the bound is to be closed', () => {
  expect(watcherOf(100).watcher.flush(1, 100)).toBe(true)
  expect(watcherOf(101).watcher.flush(1, 100)).toBe(false)
})

test('silence is broken by a comment, other writing counts', () => {
  const { watcher, written } = watcherOf()
  watcher.add('a', 1, 'one')
  watcher.flush(10, 100)
  watcher.keepAlive(24, 15)
  watcher.flush(24, 100)
  expect(written).toEqual(['one'])
  watcher.keepAlive(25, 15)
  watcher.flush(25, 100)
  expect(written).toEqual(['one', ':\n\n'])
})
