import { expect, test } from 'vitest'
import { temporaryFile } from '../test/support/aisle-command.ts'
import { loadConfig } from './load-config.ts'

const URLS = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/shop',
  ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
  REDIS_URL: 'redis://127.0.0.1:6379',
  AISLE_CURSOR_SECRET: 'x'.repeat(32),
}
const KEY = 'k'.repeat(40)
const problemsOf = (env: Record<string, string>) => {
  const result = loadConfig(env, 'api')
  return result.ok ? [] : result.problems.map(({ name, expected }) => `${name}: ${expected}`)
}

test('a secret is read from the file that its _FILE name names', () => {
  const loaded = loadConfig({ ...URLS, AISLE_AUTH_KEY_FILE: temporaryFile('key', `${KEY}\n`) }, 'api')
  expect(loaded.ok && loaded.config.AISLE_AUTH_KEY).toEqual([KEY])
})

test('what is no secret is not read from a file', () => {
  const env = { ...URLS, AISLE_AUTH_KEY: KEY, AISLE_PORT_FILE: temporaryFile('port', '9') }
  expect(problemsOf(env)).toEqual([expect.stringContaining('AISLE_PORT_FILE: a known name')])
})

test('a secret given both ways, and a file that is not there, are reported with all the rest', () => {
  const env = { ...URLS, AISLE_AUTH_KEY_FILE: '/nowhere/key', AISLE_PORT: 'x' }
  expect(problemsOf(env)).toEqual([
    'AISLE_AUTH_KEY_FILE: a file that can be read',
    expect.stringContaining('AISLE_PORT'),
    expect.stringContaining('AISLE_AUTH_KEY'),
  ])
  const both = { ...URLS, AISLE_AUTH_KEY: KEY, AISLE_AUTH_KEY_FILE: temporaryFile('key', KEY) }
  expect(problemsOf(both)).toEqual(['AISLE_AUTH_KEY_FILE: nothing beside AISLE_AUTH_KEY'])
})
