/**
 * `npm run demo` on the servers of the tests: the shop opens, a process that dies comes back, and nothing is left
 * when the demo is stopped or its launcher killed.
 */
import { expect, onTestFinished, test } from 'vitest'
import { signalProcess } from '../../stack/process-record.ts'
import { type DemoState, readDemo, readStack } from '../../stack/state.ts'
import { deleteIndices } from '../../stack/wipe.ts'
import { useDatabase } from '../support/database.ts'
import { type Launched, launch } from '../support/launched.ts'
import { living, newStateFolder } from '../support/stack-run.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('demo')

/** Two starts of Node processes on a busy machine. */
const TEST_MS = 180_000
const OPEN_DEADLINE_MS = 90_000
const END_DEADLINE_MS = 30_000
/** Less than the 15 s that a polite end takes with an api that does not go. */
const AT_ONCE_MS = 8_000

function runDemo(state: string, env: Readonly<Record<string, string>> = database.env): Launched {
  return launch(['demo.mjs', '--items', '300'], { ...env, AISLE_STATE_DIR: state })
}

/** The state on disk once the shop is open. */
async function open(run: Launched, state: string): Promise<DemoState> {
  const isOpen = waitFor('the shop is open', () => run.output().includes('The shop is open'), {
    deadlineMs: OPEN_DEADLINE_MS,
  })
  const ended = run.exited.then((code) => Promise.reject(new Error(`the demo ended with ${code}`)))
  await Promise.race([isOpen, ended]).catch((thrown: unknown) => {
    throw new Error(run.output(), { cause: thrown })
  })
  return await waitFor('the demo is noted', () => readDemo(state))
}

async function searchTotal(demo: DemoState): Promise<number> {
  const response = await fetch(new URL('/v1/search?q=', demo.api[0]))
  const answer = (await response.json()) as { total: { value: number } }
  return answer.total.value
}

/** Whether the cheapest item is counted, so that it can be sold. */
async function isCounted(demo: DemoState): Promise<boolean> {
  const response = await fetch(new URL('/v1/search?q=&sort=price_asc&size=1', demo.api[0]))
  const answer = (await response.json()) as { hits: { sku: string }[] }
  const sku = encodeURIComponent(answer.hits[0]?.sku ?? '')
  return (await fetch(new URL(`/v1/inventory/${sku}`, demo.api[0]))).ok
}

test(
  'a demo opens with every item, says when search is away, brings back a killed api, and stops whole',
  async () => {
    const state = newStateFolder()
    const proxy = await startTcpProxy(database.elasticsearchUrl)
    onTestFinished(() => proxy.close())
    const run = runDemo(state, { ...database.env, ELASTICSEARCH_URL: proxy.url })
    const demo = await open(run, state)
    expect(await searchTotal(demo)).toBe(300)
    expect(await isCounted(demo)).toBe(true)
    expect((await fetch(`${demo.payments}/livez`)).ok).toBe(true)
    proxy.setMode('refuse')
    proxy.reset()
    await pageSays(demo, '/search?q=', 'Search is running on its reserve')
    proxy.setMode('pass')
    await pageIsWhole(demo, '/search?q=')
    const api = demo.processes.find(({ name }) => name === 'api')
    if (api) signalProcess(api, 'SIGKILL')
    await waitFor('the api answers again', () => searchTotal(demo), { deadlineMs: END_DEADLINE_MS })
    expect(run.output()).toContain('api ended (killed); again in 1 s')
    const processes = readDemo(state)?.processes ?? []
    expect(living(processes).sort()).toEqual(['api', 'indexer', 'payments', 'worker'])
    run.launcher.kill('SIGINT')
    expect(await run.exited).toBe(0)
    expect(living(processes)).toEqual([])
    expect(readDemo(state)).toBeNull()
  },
  TEST_MS,
)

test(
  'SIGKILL of the launcher of a demo ends its processes',
  async () => {
    const state = newStateFolder()
    const run = runDemo(state)
    const { processes } = await open(run, state)
    run.launcher.kill('SIGKILL')
    await waitFor('every process is gone', () => living(processes).length === 0, {
      deadlineMs: END_DEADLINE_MS,
    })
    await waitFor('the note is removed', () => readDemo(state) === null)
  },
  TEST_MS,
)

test(
  'a server of the demo that is killed is named on the page and comes back; a second signal ends all at once',
  async () => {
    const state = newStateFolder()
    const namespace = `${database.namespace}_own`
    onTestFinished(() => deleteIndices(database.elasticsearchUrl, namespace))
    const run = runDemo(state, {
      ELASTICSEARCH_URL: database.elasticsearchUrl,
      AISLE_NAMESPACE: namespace,
      AISLE_FORCE_LOCAL: '1',
      AISLE_DRAIN_WAIT_MS: '60000', // a first signal alone takes as long as the demo waits for an api
    })
    const demo = await open(run, state)
    const postgres = readStack(state)?.processes.find(({ name }) => name === 'postgres')
    if (postgres) signalProcess(postgres, 'SIGKILL')
    await pageSays(demo, '/item/7', 'Prices and stock may be a little out of date')
    await pageIsWhole(demo, '/item/7')
    const all = [...(readDemo(state)?.processes ?? []), ...(readStack(state)?.processes ?? [])]
    expect(living(all)).toContain('postgres')
    await waitFor(
      'the demo has ended',
      () => run.launcher.exitCode !== null || (run.launcher.kill('SIGINT') && false),
      { deadlineMs: AT_ONCE_MS, everyMs: 200 },
    )
    expect(living(all)).toEqual([])
  },
  TEST_MS,
)

async function pageSays(demo: DemoState, path: string, text: string): Promise<void> {
  await waitFor(`${path} says so`, async () => (await pageOf(demo, path)).includes(text), {
    deadlineMs: END_DEADLINE_MS,
  })
}

async function pageIsWhole(demo: DemoState, path: string): Promise<void> {
  await waitFor(`${path} is whole`, async () => !(await pageOf(demo, path)).includes('is being repaired'), {
    deadlineMs: END_DEADLINE_MS,
  })
}

async function pageOf(demo: DemoState, path: string): Promise<string> {
  const reply = await fetch(new URL(path, demo.api[0]))
  expect(reply.status).toBe(200)
  return await reply.text()
}
