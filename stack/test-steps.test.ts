import { expect, test } from 'vitest'
import { longForms, testStep } from './test-steps.ts'

test('a soak runs the files with a long form, wherever they lie, and those that are named in place of them', () => {
  const step = testStep('soak', true, [])
  expect(step.command).toEqual(expect.arrayContaining(longForms()))
  expect(longForms()).toEqual(
    expect.arrayContaining([
      'test/fault/server-faults.test.ts',
      'test/integration/cache-tags.test.ts',
      'test/model/gate-protocol.test.ts',
    ]),
  )
  const named = testStep('soak', true, ['cache-tags']).command
  expect(named.slice(-3)).toEqual(['--project', 'serial', 'cache-tags'])
  expect(named).toContain('integration')
})

test('the short form runs every file', () => {
  expect(testStep('all', true, []).command.at(-1)).toBe('serial')
})
