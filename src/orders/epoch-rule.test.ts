import { describe, expect, test } from 'vitest'
import { nextServerId, serverIdOf } from './epoch-rule.ts'

const X = serverIdOf('run1', 'repl1')
const row = (n: number, server_id: string) => ({ slot: 0, n, server_id })

describe('a new epoch', () => {
  test('begins with the first server, a restarted one and a promoted one', () => {
    expect(nextServerId(row(0, ''), { current: null, serverId: X })).toBe(X)
    expect(nextServerId(row(4, X), { current: 4, serverId: serverIdOf('run2', 'repl1') })).toBe('run2.repl1')
    expect(nextServerId(row(4, X), { current: 4, serverId: serverIdOf('run1', 'repl2') })).toBe('run1.repl2')
  })

  test('begins when the same server has lost the key, each time with another text', () => {
    expect(nextServerId(row(4, X), { current: null, serverId: X })).toBe(`${X}:4`)
    expect(nextServerId(row(5, `${X}:4`), { current: null, serverId: X })).toBe(`${X}:5`)
  })

  test('begins when Redis is ahead of a Postgres that was restored', () => {
    expect(nextServerId(row(4, X), { current: 9, serverId: X })).toBe(`${X}:4`)
  })

  test('does not begin while server and key are the ones of the row, or the key has yet to be raised', () => {
    expect(nextServerId(row(4, X), { current: 4, serverId: X })).toBeNull()
    expect(nextServerId(row(5, `${X}:4`), { current: 5, serverId: X })).toBeNull()
    expect(nextServerId(row(5, `${X}:4`), { current: 4, serverId: X })).toBeNull()
  })
})
