/** The machine and the servers that a figure belongs to. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { Redis } from 'ioredis'
import pg from 'pg'
import { z } from 'zod'
import type { ServerUrls } from '../stack/servers.ts'

export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memory_gb: number
  /** Of the last minute; above the half of the cores a figure is worth little. */
  readonly load: number
  readonly versions: Readonly<Record<'node' | 'postgres' | 'elasticsearch' | 'redis', string>>
}

export async function readMachine(urls: ServerUrls): Promise<Machine> {
  const [postgres, elasticsearch, redis] = await Promise.all([
    postgresVersion(urls.postgres),
    elasticsearchVersion(urls.elasticsearch),
    redisVersion(urls.redis),
  ])
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1e9),
    load: loadNow(),
    versions: { node: process.versions.node, postgres, elasticsearch, redis },
  }
}

/** Load average of the last minute. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10
}

export function machineText({ cpu, cores, memory_gb, load, versions }: Machine): string {
  const { node, postgres, elasticsearch, redis } = versions
  return [
    `${cpu}, ${cores} cores, ${memory_gb} GB, load average ${load}`,
    `Node ${node}, Postgres ${postgres}, Elasticsearch ${elasticsearch}, Redis ${redis}, all on this machine`,
  ].join('\n')
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('show server_version')
  await client.end()
  return rows[0]?.server_version.split(' ')[0] ?? 'unknown'
}

const Nodes = z.object({ nodes: z.record(z.string(), z.object({ version: z.string() })) })

/** Asked of the nodes: a server with few modules does not introduce itself at its root. */
async function elasticsearchVersion(url: string): Promise<string> {
  const body: unknown = await (await fetch(`${url}/_nodes/settings?filter_path=nodes.*.version`)).json()
  return Object.values(Nodes.parse(body).nodes)[0]?.version ?? 'unknown'
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url)
  const info = await redis.info('server')
  redis.disconnect()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
}
