/**
 * Configuration of every process, from the environment, in one schema. `parseConfig` is pure and reports all
 * problems at once: what was expected, what was given, and the nearest known name for an unknown `AISLE_*`.
 */
import { z } from 'zod'
import { editDistance } from './catalog/edit-distance.ts'
import { NAMESPACE_PATTERN } from './catalog/names.ts'
import { ADMIN_FIELDS, isAdminExposed } from './config-admin.ts'
import { integer, list, url } from './config-forms.ts'
import { LIMIT_FIELDS } from './config-limits.ts'
import { ORDER_FIELDS } from './config-orders.ts'
import { WORKER_FIELDS } from './config-worker.ts'

/** Exit code of a process whose configuration cannot be used (sysexits EX_CONFIG). */
export const EXIT_CONFIG = 78

type Field = {
  readonly schema: z.ZodType
  readonly about: string
  readonly example: string
  readonly fallback?: string
  readonly secret?: boolean
  /** Needed by the api only; other processes may run without it. */
  readonly apiOnly?: boolean
}

/** Every variable: what it means, in which unit, what holds without it. The README table is made from this. */
export const FIELDS = {
  DATABASE_URL: {
    schema: url('postgres:', 'postgresql:'),
    about: 'Postgres, the truth',
    example: 'postgres://aisle:secret@db:5432/shop',
    secret: true,
  },
  ELASTICSEARCH_URL: {
    schema: url('http:', 'https:'),
    about: 'Elasticsearch 9.2 or newer',
    example: 'http://search:9200',
    secret: true,
  },
  REDIS_URL: {
    schema: url('redis:', 'rediss:'),
    about: 'Redis 7 or newer, for state; eviction policy noeviction',
    example: 'redis://state:6379/0',
    secret: true,
  },
  AISLE_REDIS_CACHE_URL: {
    schema: z.union([z.literal(''), url('redis:', 'rediss:')]),
    about: 'Redis for cached answers, with eviction; without it REDIS_URL serves both',
    example: 'redis://cache:6379/0',
    secret: true,
    fallback: '',
  },
  AISLE_CACHE_BYTES: {
    schema: integer(0, 4_000_000_000),
    about: 'Bound of the answers that one api process keeps in memory, bytes; 0 keeps none anywhere',
    example: '64000000',
    fallback: '64000000',
  },
  AISLE_AUDIT_EVERY_MS: {
    schema: integer(10, 86_400_000),
    about:
      'Between two comparisons of a kept answer with what would be answered now, in each api process, ms',
    example: '3000',
    fallback: '3000',
  },
  AISLE_NAMESPACE: {
    schema: z.string().regex(NAMESPACE_PATTERN, 'lower-case letters, digits and _'),
    about: 'Prefix of slot, indices and keys on shared servers; without it the name of the database',
    example: 'shop',
    fallback: '',
  },
  AISLE_HOST: {
    schema: z.string().min(1),
    about: 'Address the api listens on',
    example: '0.0.0.0',
    fallback: '127.0.0.1',
  },
  AISLE_PORT: {
    schema: integer(0, 65_535),
    about: 'Port the api listens on; 0 takes a free one',
    example: '8080',
    fallback: '8080',
  },
  AISLE_METRICS_PORT: {
    schema: integer(0, 65_535),
    about: 'Port of /metrics and /livez in worker and indexer; 0 takes a free one',
    example: '9090',
    fallback: '0',
  },
  AISLE_SHOP_NAME: {
    schema: z.string().min(1).max(60),
    about: 'Name at the top of the pages',
    example: 'Corner Shop',
    fallback: 'Aisle',
  },
  AISLE_CURRENCY: {
    schema: z.string().regex(/^[A-Z]{3}$/, 'three capital letters'),
    about: 'The one currency of the catalogue (ISO 4217); import refuses others',
    example: 'EUR',
    fallback: 'EUR',
  },
  AISLE_LOCALE: {
    schema: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/, 'such as en or en-GB'),
    about: 'Language of pages and numbers',
    example: 'en-GB',
    fallback: 'en',
  },
  AISLE_CURSOR_SECRET: {
    schema: z.string().min(32, 'at least 32 characters'),
    about: 'Signs the cursors of deep paging; the same in every api process',
    example: 'a-long-random-text-of-32-characters-or-more',
    secret: true,
    apiOnly: true,
  },
  ...ORDER_FIELDS,
  ...ADMIN_FIELDS,
  AISLE_FACETS: {
    schema: list,
    about: 'Facets shown first, in this order',
    example: 'brand,price',
    fallback: 'category,brand,price,availability',
  },
  AISLE_OUT_OF_STOCK: {
    schema: z.enum(['show', 'last', 'hide']),
    about: 'What search does with items that are out of stock',
    example: 'last',
    fallback: 'show',
  },
  AISLE_IMAGE_SOURCES: {
    schema: list,
    about: 'Hosts that pages may load images from (img-src of the policy)',
    example: 'https://img.example.com',
    fallback: 'https:,http:',
  },
  ...LIMIT_FIELDS,
  AISLE_DRAIN_WAIT_MS: {
    schema: integer(0, 60_000),
    about: 'From "not ready" to closing the listener on SIGTERM, ms',
    example: '5000',
    fallback: '1000',
  },
  AISLE_SUGGEST_REBUILD_MS: {
    schema: integer(1_000, 86_400_000),
    about: 'Between two rebuilds of the suggestion index, ms',
    example: '300000',
    fallback: '300000',
  },
  ...WORKER_FIELDS,
  AISLE_INDEXER_REFRESH_MS: {
    schema: integer(20, 60_000),
    about: 'Least time between two refreshes of the index, ms',
    example: '200',
    fallback: '200',
  },
  AISLE_INDEXER_TAKEOVER_MS: {
    schema: integer(0, 600_000),
    about:
      'After an unclean end of the indexer: how long its writes may still arrive, ms; the cache is in short mode',
    example: '15000',
    fallback: '15000',
  },
  AISLE_RELAY_PATIENCE_MS: {
    schema: integer(0, 3_600_000),
    about:
      'How long Redis may be away before the indexer lets events go, to send them again from the outbox later, ms',
    example: '60000',
    fallback: '60000',
  },
  AISLE_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    about: 'Least level of a log line',
    example: 'info',
    fallback: 'info',
  },
} as const satisfies Record<string, Field>

type FieldName = keyof typeof FIELDS
type Values = { readonly [N in FieldName]: z.infer<(typeof FIELDS)[N]['schema']> }

/** A checked configuration, frozen. */
export type Config = Values & { readonly AISLE_NAMESPACE: string }

/** One thing that is wrong with the environment. Secrets are not repeated in `given`. */
export type ConfigProblem = { readonly name: string; readonly expected: string; readonly given: string }

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] }

/** Names beginning with AISLE_ that launchers and the stack use, not the processes. */
const OTHER_NAMES = new Set([
  'AISLE_CACHE_DIR',
  'AISLE_STATE_DIR',
  'AISLE_STACK',
  'AISLE_TEST_SEED',
  'AISLE_FORCE_LOCAL',
  'AISLE_FAULT',
])

/** Which process asks: only the api needs what only the api uses. */
export type ConfigRole = 'api' | 'other'

/**
 * Check an environment.
 * @param env names to texts; a missing or empty text means the default
 * @param role fields of the api may be missing elsewhere; they are empty then
 */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
  role: ConfigRole,
): ConfigResult {
  const problems: ConfigProblem[] = []
  const values: Record<string, unknown> = {}
  const withNamespace: Record<string, string | undefined> = {
    ...env,
    AISLE_NAMESPACE: env['AISLE_NAMESPACE'] || databaseName(env['DATABASE_URL']),
  }
  for (const [name, field] of Object.entries(FIELDS) as [FieldName, Field][]) {
    const given = withNamespace[name] || field.fallback
    if (given === undefined && field.apiOnly && role !== 'api') {
      values[name] = name === 'AISLE_AUTH_KEY' ? [] : ''
      continue
    }
    const parsed = field.schema.safeParse(given)
    if (parsed.success) values[name] = parsed.data
    else problems.push({ name, expected: expectation(field, parsed.error), given: shown(field, given) })
  }
  for (const name of Object.keys(env)) {
    if (!name.startsWith('AISLE_') || isKnown(name)) continue
    problems.push({
      name,
      expected: `a known name; the nearest is ${nearestName(name)}`,
      given: 'an unknown name',
    })
  }
  const config = Object.freeze(values) as Config
  if (problems.length === 0 && isAdminExposed(config)) {
    const expected = 'an address of this machine alone, or AISLE_ADMIN_PUBLIC=1 beside it'
    problems.push({ name: 'AISLE_ADMIN_HOST', expected, given: JSON.stringify(config.AISLE_ADMIN_HOST) })
  }
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, config }
}

/** The report for people: one line a problem. */
export function configReport(problems: readonly ConfigProblem[]): string {
  return [
    'The configuration cannot be used:',
    ...problems.map((p) => `  ${p.name}: expected ${p.expected}, got ${p.given}`),
  ].join('\n')
}

function isKnown(name: string): boolean {
  return name in FIELDS || OTHER_NAMES.has(name) || isFileOfSecret(name)
}

/** `NAME_FILE` of a secret: the entry file reads it before the environment comes here. */
export function isFileOfSecret(name: string): boolean {
  const field = (FIELDS as Readonly<Record<string, Field>>)[name.replace(/_FILE$/, '')]
  return name.endsWith('_FILE') && field?.secret === true
}

function databaseName(databaseUrl: string | undefined): string | undefined {
  if (!databaseUrl || !URL.canParse(databaseUrl)) return undefined
  const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1)).toLowerCase()
  return name.replaceAll(/[^a-z0-9_]/g, '_') || undefined
}

function expectation(field: Field, error: z.ZodError): string {
  const said = error.issues.map((issue) => issue.message).join('; ')
  return `${field.about} (${said}; for example ${field.example})`
}

function shown(field: Field, given: string | undefined): string {
  if (given === undefined || given === '') return 'nothing'
  return field.secret ? '***' : JSON.stringify(given)
}

function nearestName(name: string): string {
  const known = Object.keys(FIELDS)
  const byDistance = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
  byDistance.sort((a, b) => a.distance - b.distance)
  return byDistance[0]?.candidate ?? ''
}
