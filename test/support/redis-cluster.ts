/** A Redis Cluster of three masters for one test file. Nothing of it stays on disk. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { freePort } from '../../stack/ports.ts'
import { endProcess } from '../../stack/process.ts'
import { type ProcessRecord, recordOf } from '../../stack/process-record.ts'
import { answersPing } from '../../stack/redis.ts'
import { onPath } from '../../stack/system-package.ts'
import { waitFor } from './wait-for.ts'

const MASTERS = 3
const SLOTS = 16_384

type Node = { readonly port: number; readonly busPort: number; readonly record: ProcessRecord }

export type RedisClusterServers = {
  /** One URL per master. */
  readonly urls: readonly string[]
  /** Give a slot and its keys to the next master, while it is used. */
  moveSlot(slot: number): Promise<void>
}

export async function useRedisCluster(): Promise<RedisClusterServers> {
  const program = onPath(['redis-server', 'valkey-server'], process.env)
  if (!program) throw new Error('redis-server is not on PATH')
  const folder = mkdtempSync(join(tmpdir(), 'aisle-test-redis-cluster-'))
  const nodes: Node[] = []
  afterAll(async () => {
    await Promise.all(nodes.map(({ record }) => endProcess(record, 'SIGKILL', 0)))
    rmSync(folder, { recursive: true, force: true })
  })
  for (let i = 0; i < MASTERS; i++) nodes.push(await startNode(program, folder))
  await join3(nodes)
  return {
    urls: nodes.map(({ port }) => `redis://127.0.0.1:${port}`),
    moveSlot: (slot) => withClients(nodes, (clients) => moveSlot(nodes, clients, slot)),
  }
}

async function startNode(program: string, folder: string): Promise<Node> {
  const [port, busPort] = [await freePort(), await freePort()]
  const args = `--port ${port} --bind 127.0.0.1 --save --appendonly no --dir ${folder} --cluster-enabled yes
    --cluster-port ${busPort} --cluster-config-file nodes-${port}.conf --cluster-node-timeout 2000`
  const child = spawn(program, withEmptySave(args.split(/\s+/)), { stdio: 'ignore' })
  if (child.pid === undefined) throw new Error('redis-server could not be started')
  const record = recordOf(`redis of a test's cluster`, child.pid)
  await waitFor('Redis answers', () => answersPing(`redis://127.0.0.1:${port}`), { deadlineMs: 10_000 })
  return { port, busPort, record }
}

/** `--save` takes an empty text. */
function withEmptySave(args: readonly string[]): string[] {
  return args.flatMap((arg) => (arg === '--save' ? [arg, ''] : [arg]))
}

/** A third of the slots for each, then they meet. */
async function join3(nodes: readonly Node[]): Promise<void> {
  await withClients(nodes, async (clients) => {
    for (const [i, client] of clients.entries()) {
      const [from, to] = [Math.floor((i * SLOTS) / MASTERS), Math.floor(((i + 1) * SLOTS) / MASTERS) - 1]
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
    }
    for (const { port, busPort } of nodes.slice(1)) {
      await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
    }
    for (const client of clients) {
      await waitFor('the cluster is whole', async () => isWhole(String(await client.call('CLUSTER', 'INFO'))))
    }
  })
}

async function withClients<T>(
  nodes: readonly Node[],
  work: (clients: readonly Redis[]) => Promise<T>,
): Promise<T> {
  const clients = nodes.map(({ port }) => new Redis(port, '127.0.0.1'))
  try {
    return await work(clients)
  } finally {
    for (const client of clients) client.disconnect()
  }
}

/** As `redis-cli --cluster reshard` does it. */
async function moveSlot(nodes: readonly Node[], clients: readonly Redis[], slot: number): Promise<void> {
  const ids = await Promise.all(clients.map(async (client) => String(await client.call('CLUSTER', 'MYID'))))
  const at = await ownerOf(clients, slot)
  const to = (at + 1) % nodes.length
  const [source, target, targetPort] = [clients[at], clients[to], nodes[to]?.port]
  if (!source || !target || targetPort === undefined) throw new Error(`slot ${slot}: no such masters`)
  await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[at] ?? '')
  await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to] ?? '')
  while (true) {
    const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 10)) as string[]
    if (keys.length === 0) break
    await source.call('MIGRATE', '127.0.0.1', targetPort, '', 0, 5_000, 'KEYS', ...keys)
  }
  for (const client of [target, source, ...clients]) {
    await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to] ?? '')
  }
}

/** The master that answers for a slot. */
async function ownerOf(clients: readonly Redis[], slot: number): Promise<number> {
  const ranges = (await clients[0]?.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][]
  const range = ranges.find(([from, upTo]) => from <= slot && slot <= upTo)
  return clients.findIndex((client) => client.options.port === range?.[2][1])
}

function isWhole(info: string): boolean {
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${MASTERS}`)
}
