/** The cache folder under two processes at once, a broken build and an owner that died. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cacheEntry } from './cache-entry.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aisle-cache-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A process that builds the entry slowly, in two files, and notes each build. */
function builder(): Promise<number | null> {
  const script = `
    import { appendFileSync, writeFileSync } from 'node:fs'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { cacheEntry } from ${JSON.stringify(new URL('./cache-entry.mjs', import.meta.url).href)}
    await cacheEntry(${JSON.stringify(folder)}, 'entry', async (target) => {
      appendFileSync(${JSON.stringify(join(folder, 'builds'))}, 'built\\n')
      writeFileSync(target + '/one', String(process.pid))
      await sleep(200)
      writeFileSync(target + '/two', String(process.pid))
    })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

test('four processes that need one entry build it once and whole', async () => {
  expect(await Promise.all([builder(), builder(), builder(), builder()])).toEqual([0, 0, 0, 0])
  expect(readFileSync(join(folder, 'builds'), 'utf8')).toBe('built\n')
  const read = (name: string) => readFileSync(join(folder, 'entry', name), 'utf8')
  expect(read('one')).toBe(read('two'))
  expect(readdirSync(folder).sort()).toEqual(['builds', 'entry'])
})

test('a build that fails is not kept and the next one starts from nothing', async () => {
  const broken = cacheEntry(folder, 'entry', (target) => {
    writeFileSync(join(target, 'half'), '')
    return Promise.reject(new Error('the line was cut'))
  })
  await expect(broken).rejects.toThrow('the line was cut')
  expect(readdirSync(folder)).toEqual([])
  const entry = await cacheEntry(folder, 'entry', () => Promise.resolve())
  expect(readdirSync(entry)).toEqual([])
})

test('the lock and the remains of a builder that was killed do not stand in the way', async () => {
  const builds = join(folder, 'builds')
  const killed = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'])
  const fields = readFileSync(`/proc/${killed.pid}/stat`, 'utf8').split(' ')
  writeFileSync(join(folder, '.entry.lock'), `${killed.pid} ${fields[21]}`)
  const ended = new Promise((resolve) => killed.once('exit', resolve))
  killed.kill('SIGKILL')
  await ended
  expect(await builder()).toBe(0)
  expect(existsSync(builds)).toBe(true)
  expect(existsSync(join(folder, '.entry.lock'))).toBe(false)
})
