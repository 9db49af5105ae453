/**
 * What runs in this checkout, on disk for everybody who asks: `stack.json` for the servers, `demo.json` for the
 * processes of a running demo, `stack.env` and `demo.env` with the same for launchers written in shell. Written whole
 * (rename), removed on stop. A file that a killed run left behind is recognised by its processes: pid and begin.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type ProcessRecord, processState } from './process-record.ts'
import type { ApiSecrets } from './secrets.ts'

const Process = z.object({ name: z.string(), pid: z.number().int(), began: z.string() })

/** Where a server came from. */
export const ORIGINS = ['environment', 'container', 'process'] as const
export type Origin = (typeof ORIGINS)[number]

const StackState = z.object({
  started_at: z.string(),
  checkout: z.string(),
  /** The process that keeps the servers and stops them. */
  keeper: Process,
  /** null while they start. `postgres` is the URL of the database `aisle`. */
  urls: z
    .object({ postgres: z.string(), elasticsearch: z.string(), redis: z.string(), redis_cache: z.string() })
    .nullable(),
  origins: z
    .object({ postgres: z.enum(ORIGINS), elasticsearch: z.enum(ORIGINS), redis: z.enum(ORIGINS) })
    .nullable(),
  /** URL of the simulated payment provider; null: there is none. */
  payments: z.string().nullable().default(null),
  processes: z.array(Process),
})

const DemoState = z.object({
  started_at: z.string(),
  keeper: Process,
  urls: z.object({
    postgres: z.string(),
    elasticsearch: z.string(),
    redis: z.string(),
    redis_cache: z.string(),
  }),
  /** Of its catalogue; the environment of every process. */
  currency: z.string(),
  /** Of the running api processes. */
  api: z.array(z.string()),
  /** Where the indexer tells its metrics; null while it is not up. */
  indexer: z.string().nullable(),
  /** URL of its simulated payment provider; null: there is none. */
  payments: z.string().nullable().default(null),
  processes: z.array(Process),
})

/** Servers of a stack that starts or runs. */
export type StackState = z.infer<typeof StackState>
export type DemoState = z.infer<typeof DemoState>

/** Root of this checkout. */
export const CHECKOUT = resolve(fileURLToPath(new URL('..', import.meta.url)))

/** State of this checkout: what runs, logs, secrets. `AISLE_STATE_DIR` replaces `.aisle`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(CHECKOUT, env['AISLE_STATE_DIR'] || '.aisle')
}

const FILES = { stack: 'stack.json', demo: 'demo.json' } as const
const ENV_FILES = { stack: 'stack.env', demo: 'demo.env' } as const

/** Remains of a stack that ended without cleaning up, or null. */
export function readStack(state: string): StackState | null {
  return read(join(state, FILES.stack), StackState)
}

export function readDemo(state: string): DemoState | null {
  return read(join(state, FILES.demo), DemoState)
}

/** Whether the process that keeps them is still there. */
export function isKept(state: { readonly keeper: ProcessRecord }): boolean {
  return processState(state.keeper) !== 'gone'
}

/** @param secrets the same for every api of this checkout */
export function writeStack(state: string, value: StackState, secrets: ApiSecrets): void {
  writeWhole(join(state, FILES.stack), `${JSON.stringify(value, null, 2)}\n`)
  if (value.urls)
    writeWhole(join(state, ENV_FILES.stack), envLines(productEnv(value.urls, secrets, value.payments)))
}

export function writeDemo(state: string, value: DemoState, secrets: ApiSecrets): void {
  writeWhole(join(state, FILES.demo), `${JSON.stringify(value, null, 2)}\n`)
  const env = { ...productEnv(value.urls, secrets, value.payments), AISLE_CURRENCY: value.currency }
  writeWhole(join(state, ENV_FILES.demo), envLines(env))
}

export function removeStack(state: string): void {
  rmSync(join(state, FILES.stack), { force: true })
  rmSync(join(state, ENV_FILES.stack), { force: true })
}

export function removeDemo(state: string): void {
  rmSync(join(state, FILES.demo), { force: true })
  rmSync(join(state, ENV_FILES.demo), { force: true })
}

type ProductUrls = {
  readonly postgres: string
  readonly elasticsearch: string
  readonly redis: string
  readonly redis_cache: string
}

/**
 * Environment of a process of the product that uses these servers.
 * @param payments URL of the simulated payment provider; null: none, or what the environment says
 */
export function productEnv(
  urls: ProductUrls,
  secrets: ApiSecrets,
  payments: string | null,
): Record<string, string> {
  return {
    DATABASE_URL: urls.postgres,
    ELASTICSEARCH_URL: urls.elasticsearch,
    REDIS_URL: urls.redis,
    AISLE_REDIS_CACHE_URL: urls.redis_cache,
    AISLE_CURSOR_SECRET: secrets.cursor_secret,
    AISLE_AUTH_KEY: secrets.auth_key,
    ...(payments === null
      ? {}
      : { AISLE_PAYMENT_URL: payments, AISLE_PAYMENT_SECRETS: secrets.payment_secret }),
  }
}

/** Lines that a POSIX shell can source. A value in single quotes is taken as it is. */
function envLines(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('')
}

function read<T>(file: string, schema: z.ZodType<T>): T | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === ENOENT) return null
    throw thrown
  }
  const parsed = schema.safeParse(JSON.parse(text))
  // Written by another version: what it says cannot be used, and its processes are known to that version only.
  return parsed.success ? parsed.data : null
}

/** Readable by the owner alone: URLs hold the password of Postgres. */
function writeWhole(file: string, text: string): void {
  mkdirSync(join(file, '..'), { recursive: true })
  const beside = `${file}.${process.pid}`
  writeFileSync(beside, text, { mode: 0o600 })
  renameSync(beside, file)
}

const ENOENT = 'ENOENT'
