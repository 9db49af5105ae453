/**
 * The stack leaves no server behind, whoever is killed; it goes on with its data; two of them do not meet.
 * Elasticsearch, slow to start, is started by the tests that are about it and given to the others.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { type ProcessRecord, processState, signalProcess } from '../../stack/process-record.ts'
import { readStack } from '../../stack/state.ts'
import { ROOT } from '../support/sources.ts'
import { living, newStateFolder, runStack } from '../support/stack-run.ts'
import { waitFor } from '../support/wait-for.ts'

const GIVEN = { ELASTICSEARCH_URL: inject('servers').elasticsearch }
const END_DEADLINE_MS = 30_000
const SLOW_TEST_MS = 180_000

async function expectAllGone(records: readonly ProcessRecord[]): Promise<void> {
  await waitFor('every process is gone', () => living(records).length === 0, { deadlineMs: END_DEADLINE_MS })
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return rows
}

test(
  'SIGKILL of the launcher ends every server and the payment provider, Elasticsearch too',
  async () => {
    const state = newStateFolder()
    const run = runStack(state, {})
    const { processes } = await run.up()
    expect(living(processes).sort()).toEqual(
      [
        'elasticsearch',
        'elasticsearch-launcher',
        'payments',
        'postgres',
        'redis-cache',
        'redis-state',
      ].sort(),
    )
    run.launcher.kill('SIGKILL')
    await expectAllGone(processes)
    await waitFor('the state file is removed', () => readStack(state) === null)
  },
  SLOW_TEST_MS,
)

test('SIGKILL of the keeper makes the launcher end every server', async () => {
  const state = newStateFolder()
  const run = runStack(state, GIVEN)
  const { keeper, processes } = await run.up()
  signalProcess(keeper, 'SIGKILL')
  expect(await run.exited).toBe(137)
  expect(living(processes)).toEqual([])
  expect(readStack(state)).toBeNull()
})

test('a stack whose launcher and keeper were killed together is ended by the next start', async () => {
  const state = newStateFolder()
  const first = runStack(state, GIVEN)
  const { keeper, processes } = await first.up()
  signalProcess(keeper, 'SIGSTOP') // it must not see the end of its launcher
  first.launcher.kill('SIGKILL')
  signalProcess(keeper, 'SIGKILL')
  await waitFor('both are gone', () => processState(keeper) === 'gone')
  expect(living(processes)).toContain('postgres')
  const second = runStack(state, GIVEN)
  await second.up()
  expect(living(processes)).toEqual([])
  second.launcher.kill('SIGTERM')
  expect(await second.exited).toBe(0)
})

test('SIGTERM while the servers start leaves none of them', async () => {
  const state = newStateFolder()
  const run = runStack(state, {})
  const begun = await waitFor(
    'Elasticsearch is starting',
    () => {
      const processes = readStack(state)?.processes ?? []
      return processes.some(({ name }) => name === 'elasticsearch-launcher') && processes
    },
    { deadlineMs: END_DEADLINE_MS },
  )
  run.launcher.kill('SIGTERM')
  expect(await run.exited).toBe(130)
  expect(living(begun)).toEqual([])
  expect(readStack(state)).toBeNull()
})

test('a second start has the data and the ports of the first', async () => {
  const state = newStateFolder()
  const first = runStack(state, GIVEN)
  const { urls } = await first.up()
  await query(urls.postgres, 'create table kept (one integer); insert into kept values (1)')
  first.launcher.kill('SIGINT')
  expect(await first.exited).toBe(0)
  const second = runStack(state, GIVEN)
  const again = await second.up()
  expect(again.urls).toEqual(urls)
  expect(await query(again.urls.postgres, 'select one from kept')).toEqual([{ one: 1 }])
  second.launcher.kill('SIGTERM')
  expect(await second.exited).toBe(0)
})

test('two stacks at once share neither ports nor data', async () => {
  const runs = [runStack(newStateFolder(), GIVEN), runStack(newStateFolder(), GIVEN)]
  const [one, two] = await Promise.all(runs.map((run) => run.up()))
  expect(one?.urls.postgres).not.toBe(two?.urls.postgres)
  expect(one?.urls.redis).not.toBe(two?.urls.redis)
  await query(one?.urls.postgres ?? '', 'create table mine (one integer)')
  expect(await query(two?.urls.postgres ?? '', `select to_regclass('mine') as found`)).toEqual([
    { found: null },
  ])
  for (const run of runs) run.launcher.kill('SIGTERM')
  expect(await Promise.all(runs.map((run) => run.exited))).toEqual([0, 0])
})

test('a second stack of one checkout is refused and the first goes on', async () => {
  const state = newStateFolder()
  const first = runStack(state, GIVEN)
  const { processes } = await first.up()
  const second = runStack(state, GIVEN)
  expect(await second.exited).toBe(5)
  expect(second.output()).toContain('is running already')
  expect(living(processes)).toHaveLength(processes.length)
  first.launcher.kill('SIGTERM')
  expect(await first.exited).toBe(0)
})

test('a server of the environment that does not answer stops the start and is named', async () => {
  const run = runStack(newStateFolder(), { ...GIVEN, REDIS_URL: 'redis://:hidden@127.0.0.1:1' })
  expect(await run.exited).toBe(3)
  expect(run.output()).toContain('REDIS_URL is set to redis://:***@127.0.0.1:1, but that does not answer')
  expect(run.output()).not.toContain('hidden')
})

test('a server that is killed is started again on the same port', async () => {
  const run = runStack(newStateFolder(), GIVEN)
  const { urls, processes } = await run.up()
  const postgres = processes.find(({ name }) => name === 'postgres')
  if (postgres) signalProcess(postgres, 'SIGKILL')
  await waitFor('Postgres is started again', () => run.output().includes('postgres is up again'), {
    deadlineMs: END_DEADLINE_MS,
  })
  expect(await query(urls.postgres, 'select 1 as one')).toEqual([{ one: 1 }])
  run.launcher.kill('SIGTERM')
  expect(await run.exited).toBe(0)
})

test('a command leaves its compiled modules beside the state, for the next start', () => {
  const state = newStateFolder()
  execFileSync(join(ROOT, 'bin/aisle'), ['--help'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], AISLE_STATE_DIR: state },
  })
  expect(readdirSync(join(state, 'compile-cache'), { recursive: true }).length).toBeGreaterThan(10)
})

test('status names the URLs and processes of a running stack', async () => {
  const state = newStateFolder()
  const run = runStack(state, GIVEN)
  const { urls, keeper } = await run.up()
  const printed = execFileSync(join(ROOT, 'bin/aisle'), ['status', '--json'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], AISLE_STATE_DIR: state },
    encoding: 'utf8',
  })
  const status = JSON.parse(printed) as Record<string, unknown>
  expect(Object.keys(status)).toEqual(['api', 'postgres', 'elasticsearch', 'redis', 'processes'])
  const { postgres, elasticsearch, redis } = urls
  expect(status).toMatchObject({ api: [], postgres, elasticsearch, redis })
  expect(status['processes']).toContainEqual({ name: 'stack', pid: keeper.pid, state: 'running' })
  run.launcher.kill('SIGTERM')
  expect(await run.exited).toBe(0)
})
