/**
 * `bin/aisle status`: what a running stack or demo of this checkout consists of, whether each part answers, and
 * how far the index is behind Postgres.
 */
import { type ProcessRecord, type ProcessState, processState } from '../../stack/process-record.ts'
import {
  type DemoState,
  isKept,
  readDemo,
  readStack,
  type StackState,
  stateFolder,
} from '../../stack/state.ts'
import { type Command, EXIT, table } from '../command/command.ts'
import { ExitError } from '../errors.ts'
import { apiHealth, elasticsearchHealth, type Health, postgresHealth, redisHealth } from './status-health.ts'

/** What `--json` prints. */
export type Status = {
  readonly api: readonly string[]
  readonly postgres: string
  readonly elasticsearch: string
  readonly redis: string
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly state: ProcessState }[]
}

export const statusCommand: Command = {
  name: 'status',
  about: 'Show what runs in this checkout, whether it answers, and how far the index is behind',
  options: {
    json: {
      type: 'boolean',
      about: 'Print { api, postgres, elasticsearch, redis, processes: [{ name, pid, state }] }',
    },
  },
  exits: {
    1: 'something does not answer',
    3: 'no stack and no demo of this checkout runs, and the environment names no servers',
  },
  examples: ['bin/aisle status', 'psql "$(bin/aisle status --json | jq -r .postgres)"'],
  async run(args) {
    const status = readStatus(process.env)
    if (args.flag('json')) {
      console.log(JSON.stringify(status))
      return EXIT.done
    }
    const health = await askAll(status, readDemo(stateFolder(process.env))?.indexer ?? null)
    console.log(tables(status, health).join('\n'))
    return health.every((row) => row.isHealthy) ? EXIT.done : EXIT.differences
  },
}

type Env = Readonly<Record<string, string | undefined>>

/** @throws ExitError(3) when nothing runs and nothing is named */
export function readStatus(env: Env): Status {
  const folder = stateFolder(env)
  const demo = kept(readDemo(folder))
  const stack = kept(readStack(folder))
  const urls = demo?.urls ?? stack?.urls ?? namedUrls(env)
  if (!urls) {
    throw new ExitError(
      EXIT.preflight,
      stack
        ? 'the stack is starting; ask again when it is up'
        : 'nothing runs in this checkout: start `npm run demo` or `npm run stack`',
    )
  }
  const records = [...keepers({ stack, demo }), ...(stack?.processes ?? []), ...(demo?.processes ?? [])]
  return {
    api: demo?.api ?? [],
    postgres: urls.postgres,
    elasticsearch: urls.elasticsearch,
    redis: urls.redis,
    processes: records.map((record) => ({ name: record.name, pid: record.pid, state: processState(record) })),
  }
}

/** Files of a killed run count as nothing. */
function kept<T extends StackState | DemoState>(state: T | null): T | null {
  return state && isKept(state) ? state : null
}

/** The keeping processes under the name of what they keep; one process may keep both. */
function keepers(kept: { stack: StackState | null; demo: DemoState | null }): ProcessRecord[] {
  const records = Object.entries(kept).flatMap(([name, state]) => (state ? [{ ...state.keeper, name }] : []))
  return records.filter((record, i) => records.findLastIndex((other) => other.pid === record.pid) === i)
}

function namedUrls(env: Env): Pick<Status, 'postgres' | 'elasticsearch' | 'redis'> | null {
  const [postgres, elasticsearch, redis] = [env['DATABASE_URL'], env['ELASTICSEARCH_URL'], env['REDIS_URL']]
  return postgres && elasticsearch && redis ? { postgres, elasticsearch, redis } : null
}

async function askAll(status: Status, indexerUrl: string | null): Promise<Health[]> {
  return await Promise.all([
    postgresHealth(status.postgres, indexerUrl),
    elasticsearchHealth(status.elasticsearch, status.postgres),
    redisHealth(status.redis),
    ...status.api.map((url) => apiHealth(url)),
  ])
}

function tables(status: Status, health: readonly Health[]): string[] {
  return [
    ...table(
      ['PART', 'HEALTH', 'URL', 'SAYS'],
      health.map((row) => [row.name, row.isHealthy ? 'ok' : 'AWAY', row.url, row.says]),
    ),
    '',
    ...table(
      ['PROCESS', 'PID', 'STATE'],
      status.processes.map(({ name, pid, state }) => [name, String(pid), state]),
    ),
  ]
}
