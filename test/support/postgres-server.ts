/** A Postgres of a test's own, to be frozen and killed. Its data lives as long as the test file. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { migrate } from '../../src/postgres/migrate.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { ownFolder, serverAccount } from '../../stack/account.ts'
import { serverCacheFolder } from '../../stack/paths.ts'
import { answersQuery, ensureDatabase, postgresHome, startPostgres } from '../../stack/postgres.ts'
import { endProcess } from '../../stack/process.ts'
import { processState, signalProcess } from '../../stack/process-record.ts'
import type { LocalServer } from '../../stack/server.ts'
import { waitFor } from './wait-for.ts'

/** Where the account of the server can enter, whoever runs the tests. */
const FOLDERS = '/var/tmp'
const PASSWORD = 'only-of-this-test'

export type PostgresServer = {
  /** Of a migrated database. */
  readonly url: string
  readonly pool: Pool
  /** SIGSTOP to every process of the server; nothing of it answers any more. */
  freeze(): Promise<void>
  thaw(): void
  /** SIGKILL of the whole server. */
  kill(): Promise<void>
  /** The same data on the same port. */
  restart(): Promise<void>
  answers(): Promise<boolean>
}

/** @param database made and migrated */
export async function usePostgresServer(database: string): Promise<PostgresServer> {
  const account = serverAccount()
  const folder = ownFolder(account, mkdtempSync(join(FOLDERS, 'aisle-test-postgres-')))
  const home = await postgresHome(account, serverCacheFolder(process.env))
  const start = (wishedPort: number | undefined) =>
    startPostgres(
      {
        folder,
        logFile: join(folder, 'log'),
        account,
        env: process.env,
        wishedPort,
        onProcess: () => undefined,
      },
      home,
      PASSWORD,
    )
  let server: LocalServer = await start(undefined)
  const main = () => {
    const [record] = server.processes
    if (!record) throw new Error('Postgres has no process')
    return record
  }
  const url = await ensureDatabase(server.url, database)
  const pool = createPool({ url, applicationName: 'aisle-test', size: 3, statementTimeoutMs: 60_000 })
  await migrate(pool)
  // The kernel takes connections for a frozen listener; sessions are processes of their own and go on.
  const signalAll = (signal: NodeJS.Signals) => {
    signalProcess(main(), signal)
    for (const pid of childrenOf(main().pid)) signalChild(pid, signal)
  }
  const kill = async () => {
    signalAll('SIGKILL')
    await waitFor('Postgres has ended', () => processState(main()) === 'gone')
  }
  afterAll(async () => {
    await pool.end()
    await endProcess(main(), 'SIGKILL', 0)
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    url,
    pool,
    freeze: async () => {
      signalAll('SIGSTOP')
      await waitFor('Postgres is frozen', () => processState(main()) === 'stopped')
    },
    thaw: () => signalAll('SIGCONT'),
    kill,
    restart: async () => {
      server = await start(server.port)
    },
    answers: () => answersQuery(url).catch(() => false),
  }
}

function childrenOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []))
}

/** Sessions end at any moment. */
function signalChild(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown
  }
}
