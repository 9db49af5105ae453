import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readReadme, renderedReadme } from './support/readme.ts'
import { ROOT } from './support/sources.ts'

test('the README shows the help and the configuration that the code has', () => {
  const readme = readReadme()
  expect(renderedReadme(readme), 'run `npm run docs`').toBe(readme)
})

test('every file that the README names is there', () => {
  const named = [...readReadme().matchAll(/`((?:test|src|indexer|mappings|docs|deploy)\/[\w./-]*)`/g)]
  expect(named.length).toBeGreaterThan(5)
  expect(named.flatMap(([, path = '']) => (existsSync(join(ROOT, path)) ? [] : [path]))).toEqual([])
})
