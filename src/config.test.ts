import { expect, test } from 'vitest'
import { configReport, FIELDS, parseConfig } from './config.ts'

const GOOD = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1:5432/shop',
  ELASTICSEARCH_URL: 'http://127.0.0.1:9200',
  REDIS_URL: 'redis://127.0.0.1:6379',
  AISLE_CURSOR_SECRET: 'x'.repeat(32),
  AISLE_AUTH_KEY: 'y'.repeat(32),
}

test('the namespace is the database name where none is given', () => {
  const result = parseConfig(GOOD, 'api')
  expect(result.ok && result.config.AISLE_NAMESPACE).toBe('shop')
})

test('every problem of an environment is reported at once, without secrets', () => {
  const result = parseConfig(
    { ...GOOD, DATABASE_URL: 'mysql://root:hunter2@x/y', AISLE_PORT: '99999', AISLE_PROT: '1' },
    'api',
  )
  expect(result.ok).toBe(false)
  if (result.ok) return
  expect(result.problems.map((p) => p.name)).toEqual(['DATABASE_URL', 'AISLE_PORT', 'AISLE_PROT'])
  const report = configReport(result.problems)
  expect(report).not.toContain('hunter2')
  expect(report).toContain('the nearest is AISLE_PORT')
})

test('every default of the configuration is itself accepted', () => {
  for (const [name, field] of Object.entries(FIELDS)) {
    if (!('fallback' in field) || field.fallback === '') continue
    expect(field.schema.safeParse(field.fallback).success, name).toBe(true)
  }
})

test('a process other than the api runs without the secrets of cursors and tokens', () => {
  const { AISLE_CURSOR_SECRET: _, AISLE_AUTH_KEY: __, ...env } = GOOD
  expect(parseConfig(env, 'other').ok).toBe(true)
  expect(parseConfig(env, 'api').ok).toBe(false)
})

test('the file of a secret is a known name, that of anything else is not', () => {
  expect(parseConfig({ ...GOOD, AISLE_AUTH_KEY_FILE: '/run/key' }, 'api').ok).toBe(true)
  expect(parseConfig({ ...GOOD, AISLE_PORT_FILE: '/run/port' }, 'api').ok).toBe(false)
})

test('a key of tokens is long, and two are one list', () => {
  const both = parseConfig({ ...GOOD, AISLE_AUTH_KEY: `${'a'.repeat(32)}, ${'b'.repeat(32)}` }, 'api')
  expect(both.ok && both.config.AISLE_AUTH_KEY).toEqual(['a'.repeat(32), 'b'.repeat(32)])
  for (const text of ['short', `${'a'.repeat(32)},short`, ',']) {
    expect(parseConfig({ ...GOOD, AISLE_AUTH_KEY: text }, 'api').ok, text).toBe(false)
  }
})

test('administration is not opened to other machines by its address alone', () => {
  const env = { ...GOOD, AISLE_ADMIN_HOST: '0.0.0.0' }
  const refused = parseConfig(env, 'api')
  expect(refused.ok ? [] : refused.problems.map(({ name }) => name)).toEqual(['AISLE_ADMIN_HOST'])
  expect(parseConfig({ ...env, AISLE_ADMIN_PUBLIC: '1' }, 'api').ok).toBe(true)
  for (const host of ['127.0.0.1', 'localhost', '::1', '127.8.8.8']) {
    expect(parseConfig({ ...GOOD, AISLE_ADMIN_HOST: host }, 'api').ok, host).toBe(true)
  }
})
