/**
 * Overload of a real api process: what is too much is refused with 503 and Retry-After, everything else goes on, and
 * when it is over all is as before without anybody's doing. Two kinds: more requests than the process may have under
 * way, and a machine that gives the process a fraction of its time, so that its event loop is late for everything.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import type { PressurePlan, PressureReport } from '../support/pressure.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { say } from '../support/seed.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { ROOT } from '../support/sources.ts'
import { type Kind, quantile, type Reply, startLoad } from '../support/steady-load.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('shed')
const client = useElasticsearch(database.elasticsearchUrl)
let api: RunningProcess

/** Where other tests leave it a quarter of the machine, 64 suggestions at once take 260 ms each. */
const DEADLINES = { AISLE_SUGGEST_DEADLINE_MS: '1000', AISLE_ITEM_DEADLINE_MS: '3000' }
/** Deadline of an item, and a second for a busy machine. */
const BOUND_MS = 4_000
const CALM_MS = 15_000

beforeAll(async () => {
  await fillShop(database.pool)
  await refreshCategoryFacets(database.pool)
  await fillItemsIndex(client, database.pool, database.namespace)
  const worker = await startProcess('worker', database.env)
  await waitFor('there are suggestions', async () => {
    const { suggestionsAlias } = namesFor(database.namespace)
    return (await client.indices.existsAlias({ name: suggestionsAlias })) && (await worker.stop()) === 0
  })
  api = await startProcess('api', { ...database.env, ...DEADLINES, AISLE_LOG_LEVEL: 'warn' })
})

afterAll(() => api?.stop())

async function press(plan: Omit<PressurePlan, 'url'>): Promise<PressureReport> {
  asked += 1
  const url = `${api.url}/v1/suggest?q=mouse+${asked}+`
  const args = [join(ROOT, 'test/support/pressure.ts'), JSON.stringify({ ...plan, url })]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as PressureReport
}
let asked = 0

/** Shoppers who look at items nobody looked at before, and the balancer's probe, until stopped. */
function startOthers() {
  const item = (n: number) => `/v1/items/${1 + (n % 60)}`
  const probe = (n: number) => (n % 2 === 0 ? '/readyz' : '/livez')
  return startLoad(() => [api.url], { item, page: probe } as Readonly<Record<Kind, (n: number) => string>>)
}

function expectAllGood(what: string, replies: readonly Reply[]): void {
  say(
    `${what}: ${replies.length} items and probes, p50 ${quantile(replies, 0.5)} max ${quantile(replies, 1)} ms`,
  )
  expect(replies.filter(({ status, ms }) => status !== 200 || ms > BOUND_MS)).toEqual([])
  expect(replies.length).toBeGreaterThan(10)
}

async function metric(series: string): Promise<number> {
  const lines = (await (await fetch(`${api.url}/metrics`)).text()).split('\n')
  return Number(lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? 0)
}

const suggest = async () => {
  asked += 1
  return (await fetch(`${api.url}/v1/suggest?q=wired+${asked}`)).status
}

test('three times the suggestions that it can answer are refused in part, and nothing else is', async () => {
  const seconds = 1
  const usual = await press({ perSecond: 100_000, seconds, sockets: 32 })
  const capacity = usual.statuses['200'] ?? 0
  const others = startOthers()
  const { statuses, withRetryAfter, broken } = await press({
    perSecond: 3 * capacity,
    seconds: 3 * seconds,
    sockets: 900,
  })
  await others.stop()
  say(`of ${capacity} a second, three times as many for 3 s: ${JSON.stringify(statuses)}`)
  expectAllGood('beside them', others.since(0))
  expect(broken).toBe(0)
  expect(statuses['503']).toBe(withRetryAfter)
  expect(withRetryAfter).toBeGreaterThan(0)
  // No collapse: what it takes on it answers in time, and that is not much less than without the others.
  const { '200': good = 0, '504': late = 0 } = statuses
  expect(late).toBeLessThan(good / 10)
  expect(good).toBeGreaterThan((3 * capacity) / 2)
  await waitFor('suggestions as before', async () => (await suggest()) === 200)
})

test('with a fraction of the machine suggestions are refused before items, and it recovers by itself', async () => {
  const others = startOthers()
  const slow = startThrottling()
  const pressing = press({ perSecond: 10_000, seconds: 4, sockets: 128 })
  await waitFor('suggestions are refused for load', () => metric(REFUSED), { deadlineMs: 10_000 })
  const { statuses, withRetryAfter, broken } = await pressing
  await slow.stop()
  await others.stop()
  say(`with a fraction of the machine: ${JSON.stringify(statuses)}`)
  expectAllGood('beside them', others.since(0))
  expect(statuses['503']).toBe(withRetryAfter)
  expect(broken).toBe(0)
  await waitFor('the level falls by itself', async () => (await metric('load_level')) === 0, {
    deadlineMs: CALM_MS,
  })
  await waitFor('suggestions as before', async () => (await suggest()) === 200)
})

const REFUSED = 'http_refused_total{class="suggest",reason="load"}'

/** The process gets a quarter of the time, in slices: between them its loop is as late as one that is too busy. */
function startThrottling() {
  let isOver = false
  const throttle = async () => {
    while (!isOver) {
      api.signal('SIGSTOP')
      await sleep(STOPPED_MS)
      api.signal('SIGCONT')
      await sleep(STOPPED_MS / 3)
    }
  }
  const ended = throttle()
  return {
    stop: async () => {
      isOver = true
      await ended
    },
  }
}

/** Between the delays of level 2 (100 ms) and of level 3 (200 ms), at which items are refused too. */
const STOPPED_MS = 130
