/** A Redis of a test's own, to be frozen, killed, emptied and set back in time. Its folder lives as long as the test file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import { freePort } from '../../stack/ports.ts'
import { endProcess } from '../../stack/process.ts'
import { type ProcessRecord, recordOf, signalProcess } from '../../stack/process-record.ts'
import { answersPing } from '../../stack/redis.ts'
import { onPath } from '../../stack/system-package.ts'
import { waitFor } from './wait-for.ts'

export type RedisServer = {
  readonly url: string
  freeze(): void
  thaw(): void
  /** SIGKILL. */
  kill(): Promise<void>
  /** After `kill`: on the same port, with what `setBack` has put there, else empty. */
  restart(): Promise<void>
  /** SIGKILL, and an empty one on the same port. */
  killAndRestart(): Promise<void>
  /** Keep all it has now in a file. */
  save(): Promise<void>
  /** The next `restart` begins with what was saved. */
  setBack(): void
  /** One command, by a connection of its own. */
  ask(command: string, ...args: readonly string[]): Promise<unknown>
}

export async function useRedisServer(): Promise<RedisServer> {
  const program = onPath(['redis-server', 'valkey-server'], process.env)
  if (!program) throw new Error('redis-server is not on PATH')
  const folder = mkdtempSync(join(tmpdir(), 'aisle-test-redis-'))
  const [loaded, saved] = [join(folder, 'dump.rdb'), join(folder, 'saved.rdb')]
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let record: ProcessRecord
  let current: ChildProcess | null = null
  const spawnIt = () => {
    const at = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
    const child = spawn(program, [...at, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
    if (child.pid === undefined) throw new Error('redis-server could not be started')
    record = recordOf('redis of a test', child.pid)
    current = child
    child.once('exit', () => {
      if (current === child) current = null
    })
  }
  const start = async () => {
    spawnIt()
    const answers = async () => {
      if (current === null) spawnIt() // the port was still taken, perhaps by a client that tries to come back
      return await answersPing(url)
    }
    await waitFor('Redis answers', answers, { deadlineMs: 20_000, everyMs: 100 })
    rmSync(loaded, { force: true })
  }
  const kill = () => endProcess(record, 'SIGKILL', 0)
  const ask = async (command: string, ...args: readonly string[]) => {
    const redis = new Redis(url)
    try {
      return await redis.call(command, ...args)
    } finally {
      redis.disconnect()
    }
  }
  await start()
  afterAll(async () => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    url,
    freeze: () => {
      signalProcess(record, 'SIGSTOP')
    },
    thaw: () => {
      signalProcess(record, 'SIGCONT')
    },
    kill: async () => void (await kill()),
    restart: start,
    killAndRestart: async () => {
      await kill()
      await start()
    },
    save: async () => {
      await ask('SAVE')
      copyFileSync(loaded, saved)
      rmSync(loaded)
    },
    setBack: () => copyFileSync(saved, loaded),
    ask,
  }
}
