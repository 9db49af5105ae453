/** A Redis for one benchmark alone: its connections are cut on purpose. Nothing of it stays on disk. */
import { spawn } from 'node:child_process'
import { freePort } from '../stack/ports.ts'
import { endProcess } from '../stack/process.ts'
import { recordOf } from '../stack/process-record.ts'
import { answersPing } from '../stack/redis.ts'
import { onPath } from '../stack/system-package.ts'
import { until } from '../stack/wait.ts'

const START_MS = 10_000

export async function withRedisServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const program = onPath(['redis-server', 'valkey-server'], process.env)
  if (!program) throw new Error('redis-server is not on PATH; this benchmark needs one of its own')
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  })
  if (child.pid === undefined) throw new Error('redis-server could not be started')
  const record = recordOf('redis of a benchmark', child.pid)
  try {
    const ask = async () => ((await answersPing(url)) ? true : undefined)
    await until('Redis answers', ask, { deadlineMs: START_MS })
    return await work(url)
  } finally {
    await endProcess(record, 'SIGKILL', 0)
  }
}
