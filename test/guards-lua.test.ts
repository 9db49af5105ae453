/**
 * Scripts and their headers say the same: every declared key and argument is read and no other is, every first word
 * that is returned is declared, and no name of a key is built in Lua.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cacheKeys, gateKeys, limitKeys, topicKeys } from '../src/redis/keys.ts'
import { readScript } from '../src/redis/scripts.ts'
import { ROOT } from './support/sources.ts'

const names = readdirSync(join(ROOT, 'src/redis/scripts')).map((file) => file.replace(/\.lua$/, ''))
const LINES_MAX = 40

const cache = cacheKeys('shop:')
const limits = limitKeys('shop:')
const gate = gateKeys('shop:').of(7, 3)
const topic = topicKeys('shop:', 'stock')
const lines = (...each: ((sku: string) => string)[]) =>
  ['lamp', '{s1}'].flatMap((sku) => each.map((key) => key(sku)))

/** Keys of one call of each script, made as the product makes them; two lines where a group is repeated. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  abort: [gate.h('id'), gate.tz, ...lines(gate.k, gate.t)],
  admit: [gate.epoch, gate.h('id'), gate.tz, ...lines(gate.k, gate.t)],
  'append-invalidation': [cache.seq, cache.log, cache.epoch],
  'count-instances': [limits.instances],
  delta: [gate.epoch, gate.k('lamp'), gate.ap('lamp')],
  epoch: [gate.epoch],
  'forget-consumers': [topic.stream],
  gcra: [limits.bucket('suggest:192.0.2.7')],
  load: [gate.epoch, gate.k('lamp')],
  overdue: [gate.tz],
  'publish-event': [topic.stream, topic.place],
  reconcile: [gate.epoch, gate.k('lamp'), gate.t('lamp'), gate.ap('lamp')],
  settle: [gate.h('id'), gate.tz, ...lines(gate.k, gate.t)],
  'store-entry': [cache.entry('epoch', '/v1/search?q={braces}')],
}
/** Commands without a key, and those whose key comes after a subcommand. */
const KEYLESS = ['TIME', 'INFO']
const SUBCOMMANDS = ['XINFO', 'XGROUP']

describe.each(names)('%s.lua', (name) => {
  const { source, keys, keysPerLine, args, returns } = readScript(name)
  const code = source.replaceAll(/--.*$/gm, '')
  const read = (list: string) =>
    [
      ...new Set([...code.matchAll(new RegExp(`\\b${list}\\[(\\d+)\\]`, 'g'))].map(([, n]) => Number(n))),
    ].sort((a, b) => a - b)

  test(`${name}: the keys and arguments it declares are the ones it reads`, () => {
    expect(read('KEYS')).toEqual(keys.map((_, i) => i + 1))
    expect(read('ARGV')).toEqual(args.map((_, i) => i + 1))
  })

  test(`${name}: what it returns begins with a declared word, and every such word is returned`, () => {
    const said = [...code.matchAll(/\breturn\s+\{\s*'(\w+)'/g)].map(([, word]) => word)
    expect([...new Set(said)].sort()).toEqual([...returns].sort())
    expect([...code.matchAll(/\breturn\b/g)]).toHaveLength(said.length)
  })

  test(`${name}: it builds no key and is short`, () => {
    const calls = [...code.matchAll(/redis\.p?call\('(\w+)'(?:,\s*([^,)]+))?(?:,\s*([^,)]+))?/g)]
    const aliases = [...code.matchAll(/\blocal ([\w, ]+) = (KEYS\[[^=\n]+)/g)].flatMap(
      ([, left = '', right = '']) =>
        left.split(', ').filter((_, at) => /^KEYS\[[^\]]+\]$/.test(right.trim().split(/, (?=\w)/)[at] ?? '')),
    )
    const isGiven = (key: string) => /^KEYS\[[^\]]+\]$/.test(key) || aliases.includes(key)
    const foreign = calls.filter(
      ([, command = '', first = '', second = '']) =>
        !KEYLESS.includes(command) && !isGiven(SUBCOMMANDS.includes(command) ? second : first),
    )
    expect(foreign.map(([call]) => call)).toEqual([])
    expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(LINES_MAX)
  })

  test(`${name}: its keys lie on one node of a cluster`, () => {
    const given = CALLS[name] ?? []
    expect(given).toHaveLength(keys.length + 2 * keysPerLine.length)
    expect(new Set(given.map(hashed)).size).toBe(1)
  })
})

/** What a cluster hashes of a key: the text in its first braces, if there is any (Redis cluster specification). */
function hashed(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key
}
