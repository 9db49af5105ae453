/**
 * Scripts and their headers say the same: every declared key and argument is read and no other is, every first word
 * that is returned is declared, and no name of a key is built in Lua.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cacheKeys, limitKeys } from '../src/redis/keys.ts'
import { readScript } from '../src/redis/scripts.ts'
import { ROOT } from './support/sources.ts'

const names = readdirSync(join(ROOT, 'src/redis/scripts')).map((file) => file.replace(/\.lua$/, ''))
const LINES_MAX = 40

/** Keys of one call of each script, made as the product makes them. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'append-invalidation': [cacheKeys('shop:').seq, cacheKeys('shop:').log, cacheKeys('shop:').epoch],
  'count-instances': [limitKeys('shop:').instances],
  gcra: [limitKeys('shop:').bucket('suggest:192.0.2.7')],
  'store-entry': [cacheKeys('shop:').entry('epoch', '/v1/search?q={braces}')],
}

describe.each(names)('%s.lua', (name) => {
  const { source, keys, args, returns } = readScript(name)
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
    const calls = [...code.matchAll(/redis\.call\('(\w+)'(?:,\s*([^,)]+))?/g)]
    const foreign = calls.filter(
      ([, command, first]) => command !== 'TIME' && !/^KEYS\[\d+\]$/.test(first ?? ''),
    )
    expect(foreign.map(([call]) => call)).toEqual([])
    expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(LINES_MAX)
  })

  test(`${name}: its keys lie on one node of a cluster`, () => {
    const given = CALLS[name] ?? []
    expect(given).toHaveLength(keys.length)
    expect(new Set(given.map(hashed)).size).toBe(1)
  })
})

/** What a cluster hashes of a key: the text in its first braces, if there is any (Redis cluster specification). */
function hashed(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key
}
