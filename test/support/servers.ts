/**
 * The servers of a test run (vitest globalSetup): those of a stack that `npm run stack` keeps up in this
 * checkout, else a stack of its own, started once for all projects and stopped at the end. A migrated database
 * is made once, as the template of every test file's own.
 */
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../src/postgres/migrate.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { databaseUrl } from '../../stack/postgres.ts'
import { isKept, readStack, type StackState, stateFolder } from '../../stack/state.ts'
import { startTestContainers } from '../../stack/test-containers.ts'
import { areContainersUsed, runningTestStack, startTestStack } from '../../stack/test-stack.ts'

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

type Urls = NonNullable<StackState['urls']>
type Shared = { uses: number; running: Promise<{ servers: TestServers; stop: () => Promise<void> }> }

/** Each project loads this module by itself; the servers are shared by way of the process. */
const SHARED = Symbol.for('aisle.test-servers')
const processWide = globalThis as typeof globalThis & { [SHARED]?: Shared | undefined }

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

/** A stack that a developer keeps, one that the runner has started, containers, or a stack of this run's own. */
async function findServers(): Promise<{ urls: Urls; stop: () => Promise<void> }> {
  const kept = readStack(stateFolder(process.env))
  if (kept?.urls && isKept(kept)) return { urls: kept.urls, stop: nothingToStop }
  const running = runningTestStack(process.env)
  if (running) return { urls: await running.up(), stop: nothingToStop }
  if (await areContainersUsed(process.env)) return await startTestContainers()
  const own = startTestStack(process.env)
  return { urls: await own.up(), stop: own.stop }
}

async function start() {
  const { urls, stop } = await findServers()
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
