import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { BENCHMARKS } from './benchmarks.ts'

const ENTRY = fileURLToPath(new URL('./bench.ts', import.meta.url))
const bench = (...args: string[]) => execFileSync(process.execPath, [ENTRY, ...args], { encoding: 'utf8' })

test('the help of the benchmarks tells each of them and the exit codes', () => {
  const help = bench('--help')
  for (const { name, about } of BENCHMARKS) expect(help).toContain(`${name.padEnd(15)} ${about}`)
  expect(help).toContain('a target is missed')
})

test('a list of the benchmarks has their names alone', () => {
  expect(bench('--list').trim().split('\n')).toEqual(BENCHMARKS.map(({ name }) => name))
})

test('a benchmark that does not exist is refused before a server is started', () => {
  expect(() => bench('no-such-thing')).toThrow(/no-such-thing/)
})
