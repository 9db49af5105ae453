/** Rules of the Lua scripts: the header of each one is the truth about its body, which `bindScript` relies on. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cacheKeys, gateKeys, limitKeys, topicKeys } from '../src/redis/keys.ts'
import { readScript } from '../src/redis/scripts.ts'
import { contractFaults } from './support/lua-contract.ts'
import { ROOT } from './support/sources.ts'

const SCRIPTS = globSync('{src,indexer,mappings,stack,sim,web}/**/*.lua', { cwd: ROOT })

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

/** What a cluster hashes of a key: the text in its first braces, if there is any (Redis cluster specification). */
function hashed(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key
}

describe('rules of the Lua scripts', () => {
  test('every script lies where the loader looks for it', () => {
    expect(SCRIPTS.length).toBeGreaterThan(0)
    expect(SCRIPTS.filter((path) => dirname(path) !== 'src/redis/scripts')).toEqual([])
  })

  test.each(SCRIPTS)('the header of %s is true of its body', (path) => {
    expect(contractFaults(readFileSync(join(ROOT, path), 'utf8'))).toEqual([])
  })

  test.each(SCRIPTS)('the keys of one call of %s lie on one node of a cluster', (path) => {
    const name = basename(path, '.lua')
    const given = CALLS[name] ?? []
    expect(given.length).toBeGreaterThanOrEqual(readScript(name).keys.length)
    expect(new Set(given.map(hashed)).size).toBe(1)
  })

  test.each(SCRIPTS)('the loader reads the contract of %s', (path) => {
    const { keys, returns } = readScript(basename(path, '.lua'))
    expect([keys.length > 0, returns.every((word) => /^[A-Za-z_]+$/.test(word))]).toEqual([true, true])
  })
})

const FIXED = `-- Count one more, up to a limit.
-- KEYS: 1 count  integer
-- ARGV: 1 limit  integer > 0
-- RETURNS: counted n
--          full
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n >= tonumber(ARGV[1]) then return {'full'} end
return {'counted', redis.call('INCR', KEYS[1])}
`
const PER_LINE = `-- Take units of several lines, or tell the first that has too few.
-- KEYS: 1 done  set; ids of carts
--       then per line: stock integer, taken hash of units by cart
-- ARGV: 1 id  cart
--       then per line: units integer >= 1
-- RETURNS: OK lines
--          SHORT line
local function has(key, units) return tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(units) end
for i = 1, (#KEYS - 1) / 2 do
  local stock = KEYS[2 * i]
  if tonumber(redis.call('GET', stock)) < tonumber(ARGV[1 + i]) then return {'SHORT', i} end
end
for i = 1, (#KEYS - 1) / 2 do
  redis.call('DECRBY', KEYS[2 * i], ARGV[1 + i])
  redis.call('HSET', KEYS[2 * i + 1], ARGV[1], ARGV[1 + i])
end
redis.call('SADD', KEYS[1], ARGV[1])
return {'OK', #KEYS} -- the end
`

describe('the guard of Lua scripts', () => {
  test.each([
    ['of a fixed number of keys', FIXED],
    ['with keys and arguments per line', PER_LINE],
    [
      'that walks its arguments by steps',
      `-- Append pairs.
-- KEYS: 1 log  stream
-- ARGV: 1 maxlen  integer
--       then per line: name text, value text
-- RETURNS: appended
for i = 2, #ARGV, 2 do redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[1], '*', ARGV[i], ARGV[i + 1]) end
return {'appended'}
`,
    ],
  ])('accepts a true header %s', (_, script) => {
    expect(contractFaults(script)).toEqual([])
  })

  const changed = (script: string, from: string, to: string) => {
    expect(script).toContain(from)
    return contractFaults(script.replaceAll(from, to)).join('\n')
  }
  test.each([
    [
      'a key that is not declared',
      FIXED,
      "'INCR', KEYS[1]",
      "'INCR', KEYS[2]",
      'KEYS[2] is read and not declared',
    ],
    ['an argument that is not read', FIXED, 'ARGV[1]', "'9'", 'ARGV[1] is declared and not read'],
    ['numbers with a gap', FIXED, 'ARGV: 1 limit', 'ARGV: 2 limit', 'are not 1, 2, 3'],
    ['a word that is not named', FIXED, "{'full'}", "{'over'}", 'returns over'],
    [
      'a word that is never returned',
      FIXED,
      '--          full',
      '--          full\n--          gone',
      'names gone',
    ],
    ['a return without a word', FIXED, "{'full'}", '{n}', 'does not begin with a word'],
    [
      'a missing end',
      FIXED,
      "return {'counted', redis.call('INCR', KEYS[1])}",
      "redis.call('INCR', KEYS[1])",
      'does not end with',
    ],
    ['a key glued from text', FIXED, "'INCR', KEYS[1]", "'INCR', KEYS[1] .. ':n'", 'not one of KEYS'],
    ['a key that came as an argument', FIXED, "'INCR', KEYS[1]", "'INCR', ARGV[1]", 'not one of KEYS'],
    ['a second key of text', FIXED, "'GET', KEYS[1]", "'MGET', KEYS[1], 'x'", 'not one of KEYS'],
    ['another name of the call', FIXED, 'local n', 'local call = redis.call\nlocal n', 'only redis.call'],
    [
      'a group that is not declared',
      PER_LINE,
      '--       then per line: stock',
      '-- NOTE: stock',
      'declares nothing per line',
    ],
    [
      'a member that is not read',
      PER_LINE,
      'stock integer, taken',
      'stock integer, lost set, taken',
      'per line after 1',
    ],
    [
      'an index beside the group',
      PER_LINE,
      'KEYS[2 * i + 1]',
      'KEYS[2 * i + 2]',
      'outside of the 2 per line',
    ],
    [
      'a member that is declared in vain',
      PER_LINE,
      'units integer >= 1',
      'units integer >= 1, price integer',
      'member 2 of the line',
    ],
    [
      'a local that is no key',
      PER_LINE,
      'local stock = KEYS[2 * i]',
      "local stock = 'stock:' .. i",
      'GET stock: not one of KEYS',
    ],
    [
      'arguments handed on whole',
      PER_LINE,
      "'SADD', KEYS[1], ARGV[1]",
      "'SADD', KEYS[1], unpack(ARGV)",
      'handed on whole',
    ],
  ])('finds %s', (_, script, from, to, fault) => {
    expect(changed(script, from, to)).toContain(fault)
  })
})
