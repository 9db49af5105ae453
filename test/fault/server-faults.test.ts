/**
 * Promise 4, the search side, and healing: each server and the indexer is frozen, cut off or killed under load, and
 * comes back. Real processes: two apis, indexer, worker; a Postgres and a Redis of this file's own; the run's
 * Elasticsearch behind a proxy.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { LEASE_MS } from '../../src/cache/lease.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { answersHealth } from '../../stack/elasticsearch.ts'
import { processState } from '../../stack/process-record.ts'
import { answersPing } from '../../stack/redis.ts'
import { deleteIndices } from '../../stack/wipe.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { elasticsearchFreezer } from '../support/elasticsearch-freeze.ts'
import { usePostgresServer } from '../support/postgres-server.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import {
  askOnce,
  countReplies,
  type Kind,
  type Load,
  quantile,
  type Reply,
  startLoad,
} from '../support/steady-load.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const servers = inject('servers')
const namespace = `t_${servers.run}_faults`
const names = namesFor(namespace)
const client = useElasticsearch(servers.elasticsearch)
const postgres = await usePostgresServer(namespace)
const redis = await useRedisServer()
const elasticsearch = await startTcpProxy(servers.elasticsearch)
const redisProxy = await startTcpProxy(redis.url)
const postgresProxy = await startTcpProxy(postgres.url)
const freezer = elasticsearchFreezer(servers.elasticsearch, elasticsearch)
const env = {
  DATABASE_URL: postgresProxy.url,
  ELASTICSEARCH_URL: elasticsearch.url,
  REDIS_URL: redisProxy.url,
  AISLE_CURSOR_SECRET: 'cursors-of-a-test-are-signed-with-this',
  AISLE_AUTH_KEY: 'tokens-of-a-test-are-signed-with-this',
  AISLE_INDEXER_TAKEOVER_MS: '500',
  AISLE_LOG_LEVEL: 'warn',
}

/** What happens to a server, and its end. */
type Act = () => Promise<void> | void
type Fault = readonly [name: string, fault: Act, heal: Act]

const FAULT_MS = IS_SOAK ? 100_000 : 2_500
vi.setConfig({ testTimeout: FAULT_MS + 120_000 })
const HEALED_MS = 10_000
/** A server that has just started is slow at first. */
const WARM_MS = 60_000
const FRESH_MS = 20_000
/** Deadlines of the routes, and a second for a busy machine. */
const BOUND_MS: Readonly<Record<Kind, number>> = { search: 2_000, suggest: 1_300, item: 1_500, page: 2_000 }
const WORDS = ['wireless mouse', 'wired keyboard', 'acme', 'borealis mouse', 'cobalt keyboard', 'mouse m117']
const word = (n: number) => encodeURIComponent(WORDS[n % WORDS.length] ?? '')

const KINDS = ['search', 'suggest', 'item', 'page'] as const

/** Half of the searches were never asked before: no cache can answer those. */
const PATHS = {
  search: (n: number) => `/v1/search?q=${word(n)}&size=${n % 2 === 0 ? 20 : 21 + (n % 79)}`,
  suggest: (n: number) => `/v1/suggest?q=${(WORDS[n % WORDS.length] ?? '').slice(0, 2 + (n % 4))}`,
  item: (n: number) => `/v1/items/${1 + (n % 60)}`,
  page: (n: number) => (n % 2 === 0 ? `/search?q=${word(n)}` : `/item/${1 + (n % 60)}`),
}

/** Never asked before. */
const NEW_PATHS: Readonly<Record<Kind, (n: number) => string>> = {
  ...PATHS,
  search: (n) => `/v1/search?q=mouse+${n}`,
  suggest: (n) => `/v1/suggest?q=mouse+${n}`,
}

let indexer: RunningProcess
let worker: RunningProcess
let apis: RunningProcess[] = []
let load: Load
let asks = 0
let named = 0

beforeAll(async () => {
  await fillShop(postgres.pool)
  await refreshCategoryFacets(postgres.pool)
  indexer = await startProcess('indexer', env)
  worker = await startProcess('worker', { ...env, AISLE_SUGGEST_REBUILD_MS: '1000' })
  const count = async (index: string) => (await client.count({ index })).count
  await waitFor('the catalogue is searchable', async () => (await count(names.itemsAlias)) === 60, {
    deadlineMs: 60_000,
  })
  await waitFor('there are suggestions', async () => (await count(names.suggestionsAlias)) > 0, {
    deadlineMs: 30_000,
  })
  // One keeps answers; the other has to ask the servers each time.
  const keepsNothing = { ...env, AISLE_CACHE_BYTES: '0' }
  apis = await Promise.all([startProcess('api', env), startProcess('api', keepsNothing)])
  load = startLoad(() => apis.map(({ url }) => url), PATHS)
  await allAsUsual('before any fault', WARM_MS)
})

afterEach(() => {
  freezer.thaw()
  for (const proxy of [elasticsearch, redisProxy, postgresProxy]) proxy.setMode('pass')
  redis.thaw()
})

afterAll(async () => {
  await load?.stop()
  await Promise.all([...apis, worker, indexer].map((each) => each?.stop()))
  await Promise.all([elasticsearch, redisProxy, postgresProxy].map((proxy) => proxy.close()))
  await deleteIndices(servers.elasticsearch, namespace)
})

/** Every kind of answer is good, complete, and not degraded, from both processes. */
async function allAsUsual(what: string, deadlineMs = HEALED_MS): Promise<void> {
  await waitFor(
    `right answers ${what}`,
    async () => {
      asks += 1
      const asked = apis.flatMap(({ url }) => KINDS.map((kind) => askOnce(url, kind, NEW_PATHS[kind](asks))))
      const replies = await Promise.all(asked)
      const bad = replies.filter(({ status, degraded }) => status !== 200 || degraded.length > 0)
      if (bad.length > 0) throw new Error(JSON.stringify(countReplies(bad)))
      return true
    },
    { deadlineMs, everyMs: 100 },
  )
}

/** Load while the fault lasts. @returns its replies */
async function underFault(fault: Act): Promise<readonly Reply[]> {
  const at = performance.now()
  await fault()
  await sleep(FAULT_MS)
  for (const api of apis)
    if (processState(api.record) === 'gone') throw new Error(`an api ended:\n${api.output()}`)
  return load.since(at)
}

/** `deadline-exceeded`: an answer that may come now and then on a machine with too much to do. */
const LATE = 504
const fewOf = (replies: readonly Reply[]) => replies.length * 0.03

/** Answers are whole: of those that had to do without a server there are only the few that a busy machine makes. */
function expectWhole(replies: readonly Reply[], server?: string): void {
  const without = replies.filter(({ degraded }) => (server ? degraded.includes(server) : degraded.length > 0))
  expect(without.length).toBeLessThanOrEqual(fewOf(replies))
}

/** Nothing but good answers, none of them over its bound. */
function expectAllGood(name: string, replies: readonly Reply[]): void {
  const times = KINDS.map((kind) => {
    const of = replies.filter((reply) => reply.kind === kind)
    return `${kind} ${of.length} p50 ${quantile(of, 0.5)} p99 ${quantile(of, 0.99)} max ${quantile(of, 1)}`
  })
  process.stdout.write(`${name}: ${times.join(', ')} ms; ${JSON.stringify(countReplies(replies))}\n`)
  expect(replies.filter(({ status }) => status !== 200 && status !== LATE)).toEqual([])
  expect(replies.filter(({ status }) => status === LATE).length).toBeLessThanOrEqual(fewOf(replies))
  expect(replies.filter(({ kind, ms }) => ms > BOUND_MS[kind])).toEqual([])
  for (const kind of KINDS) expect(replies.filter((reply) => reply.kind === kind).length).toBeGreaterThan(5)
}

/** The cache serves again for longer than its short mode would. */
async function cacheIsFresh(): Promise<void> {
  await waitFor(
    'the lease is held',
    async () => {
      const metrics = await (await fetch(`${apis[0]?.url}/metrics`)).text()
      const age = Number(/^cache_lease_age_seconds (\S+)/m.exec(metrics)?.[1] ?? Number.NaN)
      return age * 1_000 < LEASE_MS
    },
    { deadlineMs: FRESH_MS, everyMs: 200 },
  )
}

describe('Elasticsearch', () => {
  const cut = () => {
    elasticsearch.setMode('refuse')
    elasticsearch.reset()
  }
  test.each<Fault>([
    ['frozen', () => freezer.freeze(), () => freezer.thaw()],
    ['cut off', cut, () => elasticsearch.setMode('pass')],
    ['slower than any deadline', () => elasticsearch.setDelay(2_000), () => elasticsearch.setDelay(0)],
  ] as const)(
    'while it is %s, answers come from Postgres and say so; then all is as before',
    async (name, fault, heal) => {
      const replies = await underFault(async () => {
        await fault()
        const direct =
          freezer.means === 'SIGSTOP' && name === 'frozen' ? servers.elasticsearch : elasticsearch.url
        await expect(answersHealth(direct)).rejects.toThrow()
      })
      heal()
      await allAsUsual(`after Elasticsearch was ${name}`)
      expectAllGood(`Elasticsearch ${name}`, replies)
      const missing = (kind: Kind) =>
        replies.filter((reply) => reply.kind === kind && reply.degraded.includes('elasticsearch')).length
      expect(missing('search')).toBeGreaterThan(5)
      expect(missing('suggest')).toBeGreaterThan(5)
      expect(replies.filter(({ kind, degraded: without }) => kind === 'item' && without.length > 0)).toEqual(
        [],
      )
    },
  )
})

describe('Redis', () => {
  const cut = () => {
    redisProxy.setMode('refuse')
    redisProxy.reset()
  }
  test.each<Fault>([
    ['frozen', () => redis.freeze(), () => redis.thaw()],
    ['cut off', cut, () => redisProxy.setMode('pass')],
    ['killed and back empty', () => redis.killAndRestart(), () => undefined],
  ])('while it is %s, nothing differs but speed', async (name, fault, heal) => {
    const replies = await underFault(async () => {
      await fault()
      if (!name.startsWith('killed')) await expect(answersPing(redisProxy.url)).rejects.toThrow()
    })
    await heal()
    await allAsUsual(`after Redis was ${name}`)
    await cacheIsFresh()
    expectAllGood(`Redis ${name}`, replies)
    expectWhole(replies)
  })
})

describe('Postgres', () => {
  const cut = () => {
    postgresProxy.setMode('refuse')
    postgresProxy.reset()
  }
  test.each<Fault>([
    ['frozen', () => postgres.freeze(), () => postgres.thaw()],
    ['cut off', cut, () => postgresProxy.setMode('pass')],
    ['killed', () => postgres.kill(), () => postgres.restart()],
  ])('while it is %s, search goes on and items come from the index', async (name, fault, heal) => {
    const replies = await underFault(async () => {
      await fault()
      if (name !== 'cut off') expect(await postgres.answers()).toBe(false)
    })
    await heal()
    await allAsUsual(`after Postgres was ${name}`)
    expectAllGood(`Postgres ${name}`, replies)
    const items = replies.filter(({ kind, degraded }) => kind === 'item' && degraded.includes('postgres'))
    expect(items.length).toBeGreaterThan(5)
    expectWhole(replies, 'elasticsearch')
    await changesReachSearch(`after ${name}`)
  })
})

describe('the indexer', () => {
  test('while it is frozen, answers go on; then changes are found again', async () => {
    const replies = await underFault(() => {
      indexer.signal('SIGSTOP')
    })
    indexer.signal('SIGCONT')
    expectAllGood('indexer frozen', replies)
    expectWhole(replies)
    await changesReachSearch('after the freeze')
    await cacheIsFresh()
  })

  test('after it was killed, answers go on, and the cache is fresh again within its bound', async () => {
    const replies = await underFault(() => indexer.kill())
    indexer = await startProcess('indexer', env)
    await cacheIsFresh()
    expectAllGood('indexer killed', replies)
    expectWhole(replies)
    await changesReachSearch('after the kill')
  })
})

async function changesReachSearch(what: string): Promise<void> {
  named += 1
  const name = `zenith${named}`
  await postgres.pool.query('update items set name = $1 where item_id = 5', [`Acme ${name} mouse`])
  await waitFor(
    `a change ${what} is found`,
    async () => {
      const reply = await fetch(`${apis[0]?.url}/v1/search?q=${name}`)
      const { hits } = (await reply.json()) as { hits: { item_id: string }[] }
      return hits[0]?.item_id === '5'
    },
    { deadlineMs: FRESH_MS, everyMs: 100 },
  )
}
