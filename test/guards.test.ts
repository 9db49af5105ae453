/**
 * Rules of the house that a compiler does not know: who may import whom, where the clock and the environment
 * may be read, how big a file may get. The table below is the rule; a new folder has to be entered here.
 */
import { describe, expect, test } from 'vitest'
import { readFolders, readSources, type Source } from './support/sources.ts'

const sources = readSources()
const product = sources.filter((source) => !isTest(source.path))

/** Zone to the zones it may import, beside itself. The first zone whose prefix fits is a file's zone. */
const ZONES: readonly (readonly [zone: string, prefixes: readonly string[], mayImport: readonly string[]])[] =
  [
    ['errors', ['src/errors.ts'], []],
    ['config', ['src/config', 'src/load-config.ts'], ['errors', 'catalog']],
    ['telemetry', ['src/telemetry/'], ['errors', 'config']],
    ['catalog', ['src/catalog/'], ['errors']],
    ['command', ['src/command/'], ['errors']],
    ['order-types', ['src/orders/types.ts'], []],
    ['postgres', ['src/postgres/'], ['order-types', 'catalog', 'errors', 'config', 'telemetry']],
    ['elasticsearch', ['src/elasticsearch/'], ['catalog', 'errors', 'config', 'telemetry']],
    ['redis', ['src/redis/'], ['order-types', 'errors', 'config', 'telemetry']],
    ['cache-sim', ['src/cache/sim.ts'], ['cache', 'command', 'errors']],
    ['cache', ['src/cache/'], ['redis', 'catalog', 'errors', 'telemetry']],
    [
      'search',
      ['src/search/'],
      ['postgres', 'elasticsearch', 'cache', 'mappings', 'catalog', 'errors', 'config', 'telemetry'],
    ],
    ['events', ['src/events/'], ['redis', 'postgres', 'catalog', 'errors', 'telemetry']],
    ['auth', ['src/auth/'], ['redis', 'postgres', 'catalog', 'errors', 'telemetry']],
    [
      'orders',
      ['src/orders/'],
      ['order-types', 'postgres', 'redis', 'events', 'catalog', 'errors', 'telemetry'],
    ],
    [
      'admin',
      ['src/admin/'],
      ['orders', 'order-types', 'events', 'postgres', 'catalog', 'errors', 'telemetry'],
    ],
    ['web', ['web/'], ['catalog']],
    ['limits', ['src/limits/'], ['redis', 'errors', 'telemetry']],
    [
      'http',
      ['src/http/'],
      [
        'search',
        'orders',
        'admin',
        'order-types',
        'events',
        'auth',
        'cache',
        'limits',
        'web',
        'catalog',
        'errors',
        'config',
        'telemetry',
      ],
    ],
    ['mappings', ['mappings/'], ['catalog', 'cache']],
    [
      'cli',
      ['src/cli/'],
      [
        'search',
        'orders',
        'order-types',
        'events',
        'auth',
        'postgres',
        'elasticsearch',
        'redis',
        'catalog',
        'command',
        'errors',
        'config',
        'telemetry',
        'stack-state',
      ],
    ],
    [
      'entry',
      ['src/main.ts', 'src/api-parts.ts', 'src/connect-admin.ts', 'src/worker.ts'],
      [
        'http',
        'admin',
        'search',
        'orders',
        'order-types',
        'events',
        'auth',
        'cache',
        'limits',
        'postgres',
        'elasticsearch',
        'redis',
        'catalog',
        'command',
        'errors',
        'config',
        'telemetry',
      ],
    ],
    [
      'indexer',
      ['indexer/'],
      [
        'mappings',
        'catalog',
        'postgres',
        'elasticsearch',
        'cache',
        'redis',
        'command',
        'errors',
        'config',
        'telemetry',
      ],
    ],
    ['stack-state', ['stack/state.ts', 'stack/process-record.ts', 'stack/secrets.ts'], ['errors']],
  ]
/** Everything may be imported by these, and nobody imports them. */
const OUTER = ['stack/', 'sim/', 'bench/', 'test/', 'vitest.config.ts']

/** Drivers stay behind the zone that owns them. */
const DRIVERS: Readonly<Record<string, readonly string[]>> = {
  pg: ['postgres', 'indexer', 'search', 'orders', 'events', 'auth', 'cli', 'entry'],
  '@elastic/elasticsearch': ['elasticsearch', 'indexer', 'search', 'cli', 'entry'],
  undici: ['elasticsearch'],
  ioredis: ['redis', 'orders', 'events', 'cli', 'entry'],
}

/** Pure: no IO, clock, randomness or environment. */
const PURE = [
  'src/errors.ts',
  'src/config.ts',
  'src/config-forms.ts',
  'src/config-limits.ts',
  'src/config-orders.ts',
  'src/config-admin.ts',
  'src/config-worker.ts',
  'src/catalog/',
  'indexer/core/',
  'mappings/',
  'src/elasticsearch/query/',
  'src/limits/gcra.ts',
  'src/orders/types.ts',
  'src/orders/lines.ts',
  'src/orders/request-hash.ts',
  'src/orders/hold-call.ts',
  'src/orders/hold-answer.ts',
  'src/orders/hold-conclusion.ts',
  'src/orders/slot.ts',
  'src/orders/admission.ts',
  'src/orders/gate-answer.ts',
  'src/orders/gate-health.ts',
  'src/orders/gate-replies.ts',
  'src/orders/gate-requests.ts',
  'src/orders/epoch-rule.ts',
  'src/orders/reconcile-plan.ts',
  'src/orders/hold-state.ts',
  'src/orders/order-state.ts',
  'src/orders/payment-state.ts',
  'src/orders/refund-state.ts',
  'src/orders/return-state.ts',
  'web/pages/',
  'web/html.ts',
]
const IMPURE =
  /\b(Date\.now\(|new Date\(\)|performance\.now\(|Math\.random\(|randomUUID|randomBytes|process\.env|setTimeout\(|setInterval\()|from 'node:(fs|net|http|child_process)/

/** Where the environment may be read: entry files, and the one place that hands it to commands. */
const ENVIRONMENT = [
  'src/main.ts',
  'src/worker.ts',
  'indexer/main.ts',
  'indexer/cli/',
  'src/cli/',
  'stack/',
  'test/',
  'bench/',
  'sim/payments.ts',
  'vitest.config.ts',
]

const LINES_MAX = 300
const FORBIDDEN_FOLDERS = /^(utils?|common|helpers?|services?|lib|misc)$/

function isTest(path: string): boolean {
  return path.startsWith('test/') || path.endsWith('.test.ts')
}

function startsWithAny(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => path.startsWith(prefix))
}

function zoneOf(path: string): string | null {
  return ZONES.find(([, prefixes]) => startsWithAny(path, prefixes))?.[0] ?? null
}

function importFaults(source: Source): string[] {
  const zone = zoneOf(source.path)
  if (zone === null) return startsWithAny(source.path, OUTER) ? [] : [`${source.path}: in no zone`]
  const allowed = new Set([zone, ...(ZONES.find(([name]) => name === zone)?.[2] ?? [])])
  const files = source.imports.filter((target) => !allowed.has(zoneOf(target) ?? 'outer'))
  const drivers = source.packages.filter((name) => DRIVERS[name] && !DRIVERS[name].includes(zone))
  return [...files, ...drivers].map((target) => `${source.path} (${zone}) imports ${target}`)
}

/** The first import cycle reachable from each file, as a path. */
function importCycles(files: readonly Source[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (trail.includes(path) || done.has(path)) return
    for (const next of byPath.get(path)?.imports ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const file of files) visit(file.path, [])
  return cycles
}

/** Code without comments and texts, so that prose about the clock is not a use of it. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
}

describe('rules of the house', () => {
  test('every file imports only from the zones its own zone may see', () => {
    expect(product.flatMap(importFaults)).toEqual([])
  })

  test('no files import each other in a circle', () => {
    expect(importCycles(product)).toEqual([])
  })

  test('pure files read no clock, no environment, no randomness and do no IO', () => {
    const faults = product
      .filter((source) => startsWithAny(source.path, PURE) && IMPURE.test(codeOf(source.text)))
      .map((source) => `${source.path}: ${IMPURE.exec(codeOf(source.text))?.[0]}`)
    expect(faults).toEqual([])
  })

  test('the environment is read in entry files only', () => {
    const faults = sources.filter(
      (source) => /process\.env/.test(codeOf(source.text)) && !startsWithAny(source.path, ENVIRONMENT),
    )
    expect(faults.map((source) => source.path)).toEqual([])
  })

  test(`no file has more than ${LINES_MAX} lines`, () => {
    const long = sources.filter((source) => source.text.split('\n').length > LINES_MAX + 1)
    expect(long.map((source) => `${source.path}: ${source.text.split('\n').length}`)).toEqual([])
  })

  test('no folder has a name that says nothing', () => {
    const faults = readFolders().filter((folder) =>
      folder.split('/').some((part) => FORBIDDEN_FOLDERS.test(part)),
    )
    expect(faults).toEqual([])
  })

  test('every module opens with what it is for', () => {
    const bare = product.filter((source) => !/^(#!.*\n)?\/\*\*/.test(source.text))
    expect(bare.map((source) => source.path)).toEqual([])
  })
})

describe('rules of the tests', () => {
  const names = sources
    .filter((source) => isTest(source.path))
    .flatMap((source) =>
      [...source.text.matchAll(/\b(?:test|it)(?:\.[a-zA-Z]+(?:\([^)]*\))?)?\(\s*(['"`])(.+?)\1\s*,/g)].map(
        (match) => ({
          path: source.path,
          name: match[2] ?? '',
        }),
      ),
    )

  test('no two tests have the same name', () => {
    const seen = new Map<string, string>()
    const twice = names.filter(({ name, path }) => {
      const before = seen.get(name)
      seen.set(name, path)
      return before !== undefined
    })
    expect(twice).toEqual([])
  })

  test('a test name states a result', () => {
    expect(names.filter(({ name }) => /\bshould\b|\bworks?\b|\bcorrectly\b/i.test(name))).toEqual([])
  })
})
