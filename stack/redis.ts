/**
 * Redis as local processes, two of them: state (sessions, streams, the invalidation log) must never be evicted,
 * the cache wants eviction. One server cannot do both.
 */
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { ownFolder } from './account.ts'
import { portNear } from './ports.ts'
import { endServer, type LocalServer, launch, type ServerPlace } from './server.ts'
import { type Installer, requireProgram } from './system-package.ts'

export type RedisUse = 'state' | 'cache'

const START_DEADLINE_MS = 20_000

/** Arguments by use. The state is on disk after at most a second; the cache is only memory. */
const ARGUMENTS: Readonly<Record<RedisUse, readonly string[]>> = {
  state: [
    '--maxmemory-policy',
    'noeviction',
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--save',
    '',
  ],
  cache: ['--maxmemory-policy', 'allkeys-lru', '--maxmemory', '256mb', '--appendonly', 'no', '--save', ''],
}

/** Path of a Redis or Valkey server. @throws ExitError(3) with the command to type */
export function redisProgram(by: Installer): Promise<string> {
  return requireProgram(['redis-server', 'valkey-server'], 'redis-server', by)
}

export async function startRedis(place: ServerPlace, program: string, use: RedisUse): Promise<LocalServer> {
  const data = ownFolder(place.account, join(ownFolder(place.account, place.folder), 'data'))
  const port = await portNear(place.wishedPort)
  const url = `redis://127.0.0.1:${port}`
  const { record, ended } = await launch({
    name: `redis-${use}`,
    command: program,
    args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', data, ...ARGUMENTS[use]],
    options: { account: place.account, logFile: place.logFile, cwd: data, env: place.env },
    onProcess: place.onProcess,
    answers: async () => ((await answersPing(url)) ? true : undefined),
    deadlineMs: START_DEADLINE_MS,
  })
  return { url, port, processes: [record], ended, stop: () => endServer(record) }
}

/** Whether a Redis answers PING at this URL. @throws Error when it does not */
export async function answersPing(url: string): Promise<boolean> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  })
  client.on('error', () => undefined) // the same error rejects connect() below
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } finally {
    client.disconnect()
  }
}
