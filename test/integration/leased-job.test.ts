/** A job of several workers: who has its lease, for how long, and when a pass ends. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { JobBoard } from '../../src/orders/job-board.ts'
import { type LeasedJob, runLeased } from '../../src/orders/leased-job.ts'
import { createPool, type Pool } from '../../src/postgres/pool.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { useDatabase } from '../support/database.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const { pool, postgresUrl } = await useDatabase('leased_job')
const LEASE_MS = 1_000

/** A worker that runs one job until the end of the test. */
function work(holder: string, job: LeasedJob, over: Pool = pool) {
  const stop = new AbortController()
  const clock = () => performance.now()
  const board = new JobBoard(createMetrics(['worker_']), clock)
  board.add(job.job)
  const setting = { pool: over, holder, leaseMs: LEASE_MS, clock, board, onError: () => undefined }
  const running = runLeased(setting, job, stop.signal)
  const end = async () => {
    stop.abort()
    await running
  }
  onTestFinished(end)
  return { end, isLeading: () => board.view()[0]?.is_led ?? false }
}

async function leaseOf(job: string): Promise<{ holder: string; until: Date } | undefined> {
  const { rows } = await pool.query<{ holder: string; until: Date }>(
    'select holder, until from inv.lease where job = $1',
    [job],
  )
  return rows[0]
}

/** A pass that lasts until it is told to end, or to be gone. */
function longPass(job: string) {
  const done = Promise.withResolvers<number>()
  const seen = { begun: 0, lost: 0 }
  const pass: LeasedJob['pass'] = (signal) => {
    seen.begun += 1
    const lost = new Promise<number>((resolve) => {
      signal.addEventListener('abort', () => {
        seen.lost += 1
        resolve(0)
      })
    })
    return Promise.race([done.promise, lost])
  }
  return { job: { job, pass }, seen, finish: () => done.resolve(60_000) }
}

describe('the lease of a job', () => {
  test('is renewed while a pass lasts, so that nobody else begins', async () => {
    const first = longPass('long')
    const second = longPass('long')
    work('one', first.job)
    await waitFor('the first has begun', () => first.seen.begun === 1)
    const other = work('other', second.job)
    const ends = new Set<number>()
    await waitFor('it was renewed for three times as long as it lasts', async () => {
      const lease = await leaseOf('long')
      ends.add(lease?.until.getTime() ?? 0)
      return Math.max(...ends) - Math.min(...ends) > 3 * LEASE_MS
    })
    expect([first.seen, second.seen]).toEqual([
      { begun: 1, lost: 0 },
      { begun: 0, lost: 0 },
    ])
    expect(other.isLeading()).toBe(false)
  })

  test('that somebody else has got ends the pass at a safe point, and the job goes on when it is free', async () => {
    const { job, seen } = longPass('taken')
    const worker = work('one', job)
    await waitFor('it has begun', () => seen.begun === 1)
    await pool.query(
      `update inv.lease set holder = 'other', until = now() + interval '1 hour' where job = 'taken'`,
    )
    await waitFor('the pass is over', () => seen.lost === 1 && !worker.isLeading())
    await pool.query(`update inv.lease set until = now() where job = 'taken'`)
    await waitFor('it has begun again', () => seen.begun === 2)
    expect((await leaseOf('taken'))?.holder).toBe('one')
  })

  test('that cannot be renewed is over for its holder before another one has it', async () => {
    const proxy = await startTcpProxy(postgresUrl)
    const far = createPool({ url: proxy.url, applicationName: 'far', size: 2, statementTimeoutMs: 1_000 })
    onTestFinished(async () => {
      await far.end()
      await proxy.close()
    })
    const cutOff = longPass('cut off')
    const worker = work('far', cutOff.job, far)
    await waitFor('it has begun', () => cutOff.seen.begun === 1)
    proxy.setMode('refuse')
    proxy.reset()
    const heir = longPass('cut off')
    work('near', heir.job)
    await waitFor('somebody else has begun', () => heir.seen.begun === 1)
    expect([cutOff.seen.lost, worker.isLeading()]).toEqual([1, false])
    heir.finish()
    proxy.setMode('pass')
    await worker.end()
  })

  test('is given back at the end, so that the next one need not wait', async () => {
    const { job, seen } = longPass('given back')
    const worker = work('one', job)
    await waitFor('it has begun', () => seen.begun === 1)
    await worker.end()
    expect([await leaseOf('given back'), seen.lost]).toEqual([undefined, 1])
  })
})

test('a pass that fails is counted, and tried again', async () => {
  let tries = 0
  const worker = work('one', {
    job: 'failing',
    pass: () => {
      tries += 1
      return tries === 1 ? Promise.reject(new Error('once')) : Promise.resolve(60_000)
    },
  })
  await waitFor('it has gone well', () => tries === 2)
  expect(worker.isLeading()).toBe(true)
})
