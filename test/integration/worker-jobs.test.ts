/** Workers whose jobs have nothing to wait for: who leads what, what they remove, what they measure. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import type { JobView } from '../../src/orders/job-board.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { useDatabase } from '../support/database.ts'
import { sumOf } from '../support/metric.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('worker_jobs')
const { pool, namespace } = database
const redis = new Redis(database.env['REDIS_URL'] ?? '')
const env = {
  ...database.env,
  AISLE_LEASE_MS: '3000',
  AISLE_SWEEP_MS: '100',
  AISLE_OVERDUE_MS: '500',
  AISLE_COMPARE_MS: '300',
  AISLE_UPKEEP_MS: '300',
  AISLE_GATE_TIMEOUT_MS: '5000',
}
const JOBS = ['expire', 'admissions', 'follow', 'compare', 'outbox', 'retention']
let api: RunningProcess
let workers: RunningProcess[] = []

beforeAll(async () => {
  await pool.query(`do $$ begin execute (select format('drop table %I', max(c.relname)) from pg_class c
    where c.relname ~ '^outbox_[0-9]{8}$'); end $$`) // a day ahead is missing
  const started = await Promise.all([
    startProcess('api', env),
    startProcess('worker', env),
    startProcess('worker', env),
  ])
  api = started[0]
  workers = started.slice(1)
})
afterAll(async () => {
  await Promise.all([api, ...workers].map((process) => process.stop()))
  redis.disconnect()
  expect(await verifyInventory(pool)).toEqual([])
})

async function readyz({ url }: RunningProcess): Promise<{ status: number; jobs: JobView[] }> {
  const reply = await fetch(`${url}/readyz`)
  return { status: reply.status, jobs: ((await reply.json()) as { jobs: JobView[] }).jobs }
}

test('every job has one leader, which has passed a moment ago, and both workers are ready', async () => {
  const views = await waitFor('every job is led and passed', async () => {
    const found = await Promise.all(workers.map(readyz))
    const led = found.flatMap(({ jobs }) => jobs.filter((job) => job.is_led && job.passed_ms_ago !== null))
    return found.every(({ status }) => status === 200) && led.length >= JOBS.length && found
  })
  const led = views.flatMap(({ jobs }) => jobs.filter(({ is_led }) => is_led).map(({ job }) => job))
  expect(led.toSorted()).toEqual(JOBS.toSorted())
  expect(await sumOf('worker_job_leads', workers)).toBe(JOBS.length)
  expect(await sumOf('worker_job_failures_total', workers)).toBe(0)
})

test('a day ahead is always there for the events of tomorrow, and the metric says for how many', async () => {
  await waitFor('it says so', async () => (await sumOf('outbox_days_ahead', workers)) >= 7)
})

test('what is old goes, a thousand at a time; what is not stays', async () => {
  await pool.query(
    `insert into inv.hold (id, customer, state, ttl_s, created_at, expires_at, max_expires_at)
     select gen_random_uuid(), 'old', 'VOID', 0, clock_timestamp() - n % 2 * interval '8 days', now(), now()
       from generate_series(1, 5000) n`,
  )
  await pool.query(
    `insert into events.handled (consumer, event_id, at)
     select 'old', n, now() - n % 2 * interval '9 days' from generate_series(1, 10) n`,
  )
  const left = async (table: string, who: string) =>
    (await pool.query<{ n: number }>(`select count(*)::integer as n from ${table} where ${who} = 'old'`))
      .rows[0]?.n
  await waitFor('half of the holds is left', async () => (await left('inv.hold', 'customer')) === 2_500)
  await waitFor('and half of the marks', async () => (await left('events.handled', 'consumer')) === 5)
  await waitFor('it is counted', async () => (await sumOf('inv_rows_deleted_total', workers)) === 2_505)
})

test('units of an api that died are seen waiting, and come back', async () => {
  await stockShop(pool, { ORPHAN: { units: 2 } })
  const mortal = await startProcess('api', { ...env, AISLE_FAULT: 'hold.after_admit:kill' })
  const me = await shopper(mortal.url, namespace)
  const oldest = { seconds: 0 }
  const hold = me.hold([{ sku: 'ORPHAN', qty: 2 }]).catch(() => null)
  await waitFor('it waits in the gate', async () => {
    oldest.seconds = await sumOf('inv_tentative_age_seconds', workers)
    return oldest.seconds > 0
  })
  await hold
  await mortal.exited
  await waitFor('nothing waits', async () => (await sumOf('inv_tentative_age_seconds', workers)) === 0)
  const next = await shopper(api.url, namespace)
  expect((await next.hold([{ sku: 'ORPHAN', qty: 2 }])).status).toBe(201)
})

test('a cart that the gate let through and Postgres refused is counted, and so is what was wrong', async () => {
  await stockShop(pool, { MADEUP: { units: 2 } })
  const me = await shopper(api.url, namespace)
  expect((await me.hold([{ sku: 'MADEUP', qty: 1 }])).status).toBe(201)
  const keys = gateKeys(namesFor(namespace).redisPrefix)
  const key = keys.of(0, Number(await redis.get(keys.epoch(0)))).k('MADEUP')
  await waitFor('the gate lets through what is not there, before it is set right', async () => {
    await redis.hincrby(key, 'a', 1_000_000)
    expect((await me.hold([{ sku: 'MADEUP', qty: 9 }])).status).toBe(409)
    return (await sumOf('inv_postgres_refused_after_admit_total', [api])) > 0
  })
  await waitFor('it is set right', async () => (await redis.hget(key, 'a')) === '1')
  await waitFor('and told', async () => (await sumOf('inv_drift_units', workers)) >= 1_000_000)
  expect(await unitsOf(pool, 'MADEUP')).toMatchObject({ held: 1 })
})

test('a worker that dies is replaced within its lease', async () => {
  const victim = await waitFor('one leads', async () => {
    const views = await Promise.all(workers.map(readyz))
    return workers[views.findIndex(({ jobs }) => jobs.some((job) => job.job === 'expire' && job.is_led))]
  })
  await victim.kill()
  workers = workers.filter((worker) => worker !== victim)
  await waitFor('the other one leads everything', async () => {
    const [view] = await Promise.all(workers.map(readyz))
    return view?.jobs.every(({ is_led }) => is_led)
  })
})
