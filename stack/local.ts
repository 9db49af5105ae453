/**
 * The servers as local processes, kept: one that ends by itself is started again, after a pause that doubles,
 * and that is said aloud. Ports and data stay the same from run to run.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../src/errors.ts'
import { serverAccount } from './account.ts'
import { startElasticsearch } from './elasticsearch.ts'
import { elasticsearchHome } from './elasticsearch-home.ts'
import { findJdk, jdkCandidates } from './jdk.ts'
import { dataFolder, type Env, serverCacheFolder } from './paths.ts'
import { postgresHome, startPostgres } from './postgres.ts'
import type { ProcessRecord } from './process-record.ts'
import { redisProgram, startRedis } from './redis.ts'
import type { LocalServer, ServerPlace } from './server.ts'
import type { Say } from './wait.ts'

export const LOCAL_NAMES = ['postgres', 'elasticsearch', 'redis-state', 'redis-cache'] as const
export type LocalName = (typeof LOCAL_NAMES)[number]

export type LocalContext = {
  readonly env: Env
  readonly say: Say
  /** State folder of the checkout. */
  readonly state: string
  /** Of the superuser of Postgres. */
  readonly password: string
  readonly signal: AbortSignal
  readonly onProcess: (record: ProcessRecord) => void
}

/** A server that is started again when it ends. */
export type KeptServer = { current(): LocalServer; stop(): Promise<void> }

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/** Start one server and keep it. */
export async function keepServer(name: LocalName, context: LocalContext): Promise<KeptServer> {
  const start = await prepare(name, context)
  let server = await start(readPorts(context.state)[name])
  writePort(context.state, name, server.port)
  let isStopping = false
  const keep = async () => {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await server.ended
      if (isStopping || context.signal.aborted) return
      context.say(
        `${name} ended by itself; starting it again in ${pause / 1000} s (log: ${logFile(context, name)})`,
      )
      await sleep(pause)
      if (isStopping || context.signal.aborted) return
      await start(server.port).then(
        (next) => {
          server = next
          pause = FIRST_PAUSE_MS / 2
          context.say(`${name} is up again`)
        },
        (error: unknown) => context.say(messageOf(error)),
      )
    }
  }
  void keep()
  return {
    current: () => server,
    stop: () => {
      isStopping = true
      return server.stop()
    },
  }
}

type Start = (wishedPort: number | undefined) => Promise<LocalServer>

/** Find or fetch what the server needs. @returns what starts it */
async function prepare(name: LocalName, context: LocalContext): Promise<Start> {
  const account = serverAccount()
  const cache = serverCacheFolder(context.env)
  const place = (wishedPort: number | undefined): ServerPlace => ({
    folder: join(dataFolder(context.state), name),
    logFile: logFile(context, name),
    account,
    env: context.env,
    wishedPort,
    onProcess: context.onProcess,
  })
  if (name === 'postgres') {
    const home = await postgresHome(account, cache)
    return (port) => startPostgres(place(port), home, context.password)
  }
  if (name === 'elasticsearch') {
    const jdk = findJdk(jdkCandidates(context.env))
    const home = await elasticsearchHome(cache, jdk, context)
    return (port) => startElasticsearch(place(port), home, jdk)
  }
  const program = await redisProgram(context)
  return (port) => startRedis(place(port), program, name === 'redis-state' ? 'state' : 'cache')
}

function logFile(context: LocalContext, name: string): string {
  return join(context.state, 'logs', `${name}.log`)
}

type Ports = Partial<Record<LocalName, number>>

function readPorts(state: string): Ports {
  try {
    return JSON.parse(readFileSync(portsFile(state), 'utf8')) as Ports
  } catch (thrown) {
    return firstRun(thrown)
  }
}

/** Without a readable file of the last run any free ports do. */
function firstRun(_reason: unknown): Ports {
  return {}
}

function writePort(state: string, name: LocalName, port: number): void {
  mkdirSync(state, { recursive: true })
  writeFileSync(portsFile(state), JSON.stringify({ ...readPorts(state), [name]: port }))
}

function portsFile(state: string): string {
  return join(state, 'ports.json')
}
