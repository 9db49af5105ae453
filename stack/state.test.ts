/** The state on disk: what is written is read, what a killed run left is recognised. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordOf } from './process-record.ts'
import { isKept, readStack, removeStack, type StackState, writeStack } from './state.ts'

const SECRET = 'a-secret-of-32-characters-or-more'
const KEY = 'another-secret-of-32-characters-or'
const SECRETS = { cursor_secret: SECRET, auth_key: KEY, payment_secret: KEY }
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aisle-state-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function stackOf(overrides: Partial<StackState> = {}): StackState {
  return {
    started_at: '2026-01-01T00:00:00.000Z',
    checkout: '/somewhere',
    keeper: recordOf('keeper', process.pid),
    urls: {
      postgres: "postgres://aisle:it's@127.0.0.1:5/aisle",
      elasticsearch: 'http://127.0.0.1:6',
      redis: 'redis://127.0.0.1:7',
      redis_cache: 'redis://127.0.0.1:8',
    },
    origins: { postgres: 'process', elasticsearch: 'process', redis: 'environment' },
    payments: null,
    processes: [],
    ...overrides,
  }
}

test('a state that was written is read back and only its owner can read the file', () => {
  const stack = stackOf()
  writeStack(folder, stack, SECRETS)
  expect(readStack(folder)).toEqual(stack)
  expect(statSync(join(folder, 'stack.json')).mode & 0o777).toBe(0o600)
})

test('a removed state and one of another version read as nothing', () => {
  writeStack(folder, stackOf(), SECRETS)
  removeStack(folder)
  expect(readStack(folder)).toBeNull()
  writeFileSync(join(folder, 'stack.json'), '{"version": 1}')
  expect(readStack(folder)).toBeNull()
})

test('a state whose keeper has ended is not kept, even when its pid lives on in another process', () => {
  const mine = recordOf('keeper', process.pid)
  expect(isKept(stackOf())).toBe(true)
  expect(isKept(stackOf({ keeper: { ...mine, began: '1' } }))).toBe(false)
})

test('a shell that sources the environment file has the URLs as they are', () => {
  const stack = stackOf()
  writeStack(folder, stack, SECRETS)
  const script = `. ${join(folder, 'stack.env')}; printf '%s\\n' "$DATABASE_URL" "$AISLE_CURSOR_SECRET" "$AISLE_AUTH_KEY"`
  const printed = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', env: {} })
  expect(printed.split('\n').slice(0, 3)).toEqual([stack.urls?.postgres, SECRET, KEY])
})

test('a state while the servers start has no URLs and no environment file', () => {
  writeStack(folder, stackOf({ urls: null, origins: null }), SECRETS)
  expect(readStack(folder)?.urls).toBeNull()
  expect(statSync(join(folder, 'stack.env'), { throwIfNoEntry: false })).toBeUndefined()
})
