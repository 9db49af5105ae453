/**
 * The one place that knows where a server comes from: a URL of the environment, a container engine that answers,
 * or a local process, in this order, for each server by itself. What the environment names is used as it is; when
 * it does not answer, that is an error, never a silent replacement.
 */
import { ExitError, messageOf } from '../src/errors.ts'
import { type ContainerServers, engineAnswers, type ServiceName, startContainers } from './containers.ts'
import { answersHealth } from './elasticsearch.ts'
import { type KeptServer, keepServer, type LocalContext, type LocalName } from './local.ts'
import { answersQuery, ensureDatabase } from './postgres.ts'
import { answersPing } from './redis.ts'
import type { Origin } from './state.ts'
import { withProgress } from './wait.ts'

const EXIT_PREFLIGHT = 3

/** Database of a stack and of the demo. */
export const DATABASE = 'aisle'

export type ServerUrls = {
  readonly postgres: string
  readonly elasticsearch: string
  readonly redis: string
  /** The one with eviction; the same as `redis` where there is only one. */
  readonly redis_cache: string
}

export type Servers = {
  readonly urls: ServerUrls
  readonly origins: Readonly<Record<'postgres' | 'elasticsearch' | 'redis', Origin>>
  /** Only what was started here is stopped. */
  stop(): Promise<void>
}

type Found = { readonly url: string; readonly origin: Origin }
type Name = LocalName
type Part = { readonly found: Found; stop(): Promise<void> }

/** Variable of the environment that names a server, and how to ask whether it answers. */
const GIVEN: Readonly<Record<Name, { variable: string; answers: (url: string) => Promise<boolean> }>> = {
  postgres: { variable: 'DATABASE_URL', answers: answersQuery },
  elasticsearch: { variable: 'ELASTICSEARCH_URL', answers: answersHealth },
  'redis-state': { variable: 'REDIS_URL', answers: answersPing },
  'redis-cache': { variable: 'REDIS_URL', answers: answersPing },
}

/** Bring all servers up; when one cannot, the others are stopped again. Prints where each came from. */
export async function bringUpServers(context: LocalContext): Promise<Servers> {
  const names = Object.keys(GIVEN) as Name[]
  const missing = names.filter((name) => !context.env[GIVEN[name].variable])
  const containers =
    missing.length > 0 && (await engineAnswers(context.env))
      ? await startContainers(context.env, context.state, missing.map(serviceOf))
      : null
  const settled = await withProgress(
    `starting ${missing.length > 0 ? missing.join(', ') : 'nothing: all servers are given'}`,
    Promise.allSettled(names.map((name) => bringUp(name, context, containers))),
  )
  const parts = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const stop = async () => {
    await Promise.all(parts.map((part) => part.stop()))
    await containers?.stop()
  }
  const failed = settled.find((outcome) => outcome.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  const [postgres, elasticsearch, redis, cache] = parts.map((part) => part.found) as [
    Found,
    Found,
    Found,
    Found,
  ]
  const database =
    postgres.origin === 'environment' ? postgres.url : await ensureDatabase(postgres.url, DATABASE)
  const urls = {
    postgres: database,
    elasticsearch: elasticsearch.url,
    redis: redis.url,
    redis_cache: cache.url,
  }
  announce(context, { postgres: { ...postgres, url: database }, elasticsearch, redis, 'redis cache': cache })
  const origins = { postgres: postgres.origin, elasticsearch: elasticsearch.origin, redis: redis.origin }
  return { urls, origins, stop }
}

function announce(context: LocalContext, found: Readonly<Record<string, Found>>): void {
  for (const [name, { url, origin }] of Object.entries(found)) {
    const source = { environment: 'the environment', container: 'a container', process: 'a local process' }[
      origin
    ]
    context.say(`  ${name.padEnd(14)} ${withoutPassword(url)}  from ${source}`)
  }
}

/** A URL that may be printed. */
export function withoutPassword(url: string): string {
  const shown = new URL(url)
  if (shown.password) shown.password = '***'
  return shown.href
}

function serviceOf(name: Name): ServiceName {
  return name === 'redis-state' ? 'redis' : name
}

async function bringUp(
  name: Name,
  context: LocalContext,
  containers: ContainerServers | null,
): Promise<Part> {
  const { variable } = GIVEN[name]
  const given = context.env[variable]
  if (given) return givenPart(name, given)
  if (containers) {
    return {
      found: { url: containerUrl(name, containers), origin: 'container' },
      stop: () => Promise.resolve(),
    }
  }
  const kept: KeptServer = await keepServer(name, context)
  return { found: { url: kept.current().url, origin: 'process' }, stop: () => kept.stop() }
}

async function givenPart(name: Name, url: string): Promise<Part> {
  const { variable, answers } = GIVEN[name]
  try {
    if (!(await answers(url))) throw new Error('it answers, but not as a healthy server')
  } catch (thrown) {
    throw new ExitError(
      EXIT_PREFLIGHT,
      `${variable} is set to ${shownUrl(url)}, but that does not answer: ${messageOf(thrown)}.\n` +
        `Start that server, or unset ${variable} to let the stack bring one.`,
      { cause: thrown },
    )
  }
  return { found: { url, origin: 'environment' }, stop: () => Promise.resolve() }
}

function shownUrl(url: string): string {
  return URL.canParse(url) ? withoutPassword(url) : JSON.stringify(url)
}

function containerUrl(name: Name, containers: ContainerServers): string {
  const address = containers.addresses[serviceOf(name)]
  if (name === 'postgres') return `postgres://aisle:aisle@${address}/${DATABASE}`
  return name === 'elasticsearch' ? `http://${address}` : `redis://${address}`
}
