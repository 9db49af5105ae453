/**
 * Servers from a container engine: `docker compose` with this project's docker-compose.yml, when an engine
 * answers and has the compose plugin. A `docker` client alone, with nothing behind it, does not count.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import type { Env } from './paths.ts'
import { CHECKOUT } from './state.ts'
import { onPath } from './system-package.ts'
import { withProgress } from './wait.ts'

const run = promisify(execFile)

/** A socket that nobody answers would hold the start for minutes otherwise. */
const PING_TIMEOUT_MS = 5_000

/** Services of the compose file that are servers, with the port inside the container. */
const SERVICES = { postgres: 5432, elasticsearch: 9200, redis: 6379, 'redis-cache': 6379 } as const
export type ServiceName = keyof typeof SERVICES

/** Whether an engine answers and can do compose. `AISLE_FORCE_LOCAL=1` says no without asking. */
export async function engineAnswers(env: Env): Promise<boolean> {
  if (env['AISLE_FORCE_LOCAL'] === '1' || onPath(['docker'], env) === null) return false
  const ask = async (...args: string[]) => {
    await run('docker', args, { timeout: PING_TIMEOUT_MS, env: { ...env } })
    return true
  }
  return await ask('version', '--format', '{{.Server.Version}}')
    .then(() => ask('compose', 'version'))
    .catch(() => false)
}

export type ContainerServers = {
  readonly addresses: Readonly<Record<ServiceName, string>>
  stop(): Promise<void>
}

/** Start the servers of the compose file as a project of this state folder. @returns `host:port` of each */
export async function startContainers(
  env: Env,
  state: string,
  names: readonly ServiceName[],
): Promise<ContainerServers> {
  const compose = (...args: string[]) =>
    run(
      'docker',
      ['compose', '--project-name', projectName(state), '--project-directory', CHECKOUT, ...args],
      {
        env: { ...env },
      },
    )
  await withProgress(`containers: ${names.join(', ')}`, compose('up', '--detach', '--wait', ...names))
  const addresses = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const { stdout } = await compose('port', name, String(SERVICES[name]))
        return [name, stdout.trim().replace(/^0\.0\.0\.0:/, '127.0.0.1:')]
      }),
    ),
  ) as Record<ServiceName, string>
  return {
    addresses,
    stop: async () => {
      await compose('stop', ...names)
    },
  }
}

/** Two checkouts are two projects, and so are two state folders of one. */
function projectName(state: string): string {
  return `aisle-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`
}
