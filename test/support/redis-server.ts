/** A Redis of a test's own, to be frozen, killed and emptied. Nothing of it stays on disk. */
import { spawn } from 'node:child_process'
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
  /** SIGKILL, and an empty one on the same port. */
  killAndRestart(): Promise<void>
}

export async function useRedisServer(): Promise<RedisServer> {
  const program = onPath(['redis-server', 'valkey-server'], process.env)
  if (!program) throw new Error('redis-server is not on PATH')
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let record: ProcessRecord
  const start = async () => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const child = spawn(program, args, { stdio: 'ignore' })
    if (child.pid === undefined) throw new Error('redis-server could not be started')
    record = recordOf('redis of a test', child.pid)
    await waitFor('Redis answers', () => answersPing(url), { deadlineMs: 10_000 })
  }
  await start()
  afterAll(async () => {
    await endProcess(record, 'SIGKILL', 0)
  })
  return {
    url,
    freeze: () => {
      signalProcess(record, 'SIGSTOP')
    },
    thaw: () => {
      signalProcess(record, 'SIGCONT')
    },
    killAndRestart: async () => {
      await endProcess(record, 'SIGKILL', 0)
      await start()
    },
  }
}
