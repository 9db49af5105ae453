/**
 * The servers of a test run (vitest globalSetup): those of a stack that `npm run stack` keeps up in this
 * checkout, else a stack of its own, started once for all projects and stopped at the end. A migrated database
 * is made once, as the template of every test file's own.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/postgres/migrate.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { dataFolder } from '../../stack/paths.ts'
import { isKept, readStack, type StackState, stateFolder } from '../../stack/state.ts'
import { ROOT } from './sources.ts'
import { waitFor } from './wait-for.ts'

export type TestServers = {
  readonly postgres: string
  readonly elasticsearch: string
  readonly redis: string
  /** Name of the migrated database. */
  readonly template: string
  /** Differs from run to run: part of the names of databases. */
  readonly run: string
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: TestServers
  }
}

type Shared = { uses: number; running: Promise<{ servers: TestServers; stop: () => Promise<void> }> }

/** Each project loads this module by itself; the servers are shared by way of the process. */
const SHARED = Symbol.for('aisle.test-servers')
const processWide = globalThis as typeof globalThis & { [SHARED]?: Shared | undefined }

const START_DEADLINE_MS = 300_000 // the first run on a machine fetches the server

export async function setup(project: TestProject): Promise<void> {
  const shared = processWide[SHARED] ?? { uses: 0, running: start() }
  processWide[SHARED] = shared
  shared.uses += 1
  const { servers } = await shared.running
  project.provide('servers', servers)
}

export async function teardown(): Promise<void> {
  const shared = processWide[SHARED]
  if (!shared) return
  shared.uses -= 1
  if (shared.uses > 0) return
  processWide[SHARED] = undefined
  const { stop } = await shared.running
  await stop()
}

async function start() {
  const kept = readStack(stateFolder(process.env))
  const { urls, stop } =
    kept?.urls && isKept(kept) ? { urls: kept.urls, stop: nothingToStop } : await ownStack()
  const run = process.pid.toString(36)
  const template = `t_${run}_template`
  await onServer(urls.postgres, `create database ${template}`)
  const pool = createPool({
    url: databaseUrl(urls.postgres, template),
    applicationName: 'aisle-test-template',
    size: 1,
    statementTimeoutMs: 60_000,
  })
  await migrate(pool)
  await pool.end()
  const servers: TestServers = { ...urls, template, run }
  return {
    servers,
    stop: async () => {
      await onServer(urls.postgres, `drop database ${template} with (force)`)
      await stop()
    },
  }
}

/** Same server, another database. */
export function databaseUrl(url: string, name: string): string {
  const own = new URL(url)
  own.pathname = `/${name}`
  return own.href
}

/** One statement that cannot run inside a transaction, on the server's own database. */
export async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function nothingToStop(): Promise<void> {
  return Promise.resolve()
}

/** A stack with a state folder and data of its own; it ends with this process, however that ends. */
async function ownStack(): Promise<{ urls: NonNullable<StackState['urls']>; stop: () => Promise<void> }> {
  const state = join(stateFolder(process.env), 'test')
  for (const folder of [dataFolder(state), state]) rmSync(folder, { recursive: true, force: true })
  const keeper = spawn(process.execPath, [join(ROOT, 'stack/stack.ts'), '--follow-stdin'], {
    env: { ...process.env, AISLE_STATE_DIR: state },
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  const failed = ended.then(() => Promise.reject(new Error('the servers of the tests did not start')))
  const up = waitFor('the servers of the tests are up', () => readStack(state)?.urls, {
    deadlineMs: START_DEADLINE_MS,
    everyMs: 100,
  })
  const urls = await Promise.race([up, failed])
  return {
    urls,
    stop: async () => {
      keeper.stdin.end()
      await ended
    },
  }
}
