/**
 * The stage of the server faults: two apis, indexer and worker as real processes; a Postgres and two Redis of the
 * file's own, the run's Elasticsearch; a proxy before each of them, and others of the indexer's own. Shoppers ask all
 * the time, and what they are told is judged.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, inject } from 'vitest'
import { LEASE_MS } from '../../src/cache/lease.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { processState } from '../../stack/process-record.ts'
import { deleteIndices } from '../../stack/wipe.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { usePostgresServer } from '../support/postgres-server.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { runElasticsearch } from '../support/run-elasticsearch.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { askOnce, countReplies, type Kind, type Load, type Reply, startLoad } from '../support/steady-load.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

/** What happens to a server, or its end. */
export type Act = () => Promise<void> | void

/** How long a fault lasts, ms. */
export const FAULT_MS = IS_SOAK ? 100_000 : 2_500
/** Right answers within this after a server's return, ms (decisions: Healing). */
const HEALED_MS = 10_000
/** The cache fresh, and changes found, within this, ms (decisions: Healing). */
const FRESH_MS = 20_000
/** A server that has just started is slow at first. */
const WARM_MS = 60_000
/** Later than every deadline, ms. */
const LATE_MS = 2_000

export const KINDS = ['search', 'suggest', 'item', 'page'] as const
const WORDS = ['wireless mouse', 'wired keyboard', 'acme', 'borealis mouse', 'cobalt keyboard', 'mouse m117']
const word = (n: number) => encodeURIComponent(WORDS[n % WORDS.length] ?? '')

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

/** What the network may do to a server, for everybody or for the indexer alone. */
export type Network = { cut(): void; delay(): void; heal(): void }

/** Call at the top of the file. */
export async function useFaultStage(name: string) {
  const servers = inject('servers')
  const namespace = `t_${servers.run}_${name}`
  const names = namesFor(namespace)
  const client = useElasticsearch(servers.elasticsearch)
  const postgres = await usePostgresServer(namespace)
  const redis = { state: await useRedisServer(), cache: await useRedisServer() }
  const urls = {
    DATABASE_URL: postgres.url,
    ELASTICSEARCH_URL: servers.elasticsearch,
    REDIS_URL: redis.state.url,
    AISLE_REDIS_CACHE_URL: redis.cache.url,
  }
  const proxies = await proxiesBefore(urls)
  const indexerProxies = await proxiesBefore(urls)
  const common = {
    AISLE_CURSOR_SECRET: 'cursors-of-a-test-are-signed-with-this',
    AISLE_AUTH_KEY: 'tokens-of-a-test-are-signed-with-this',
    AISLE_INDEXER_TAKEOVER_MS: '500',
    AISLE_LOG_LEVEL: 'warn',
  }
  const env = { ...common, ...urlsOf(proxies) }
  const indexerEnv = { ...common, ...urlsOf(indexerProxies) }
  const elasticsearch = runElasticsearch(servers.elasticsearch, proxies.ELASTICSEARCH_URL)
  let [indexer, worker]: [RunningProcess | undefined, RunningProcess | undefined] = [undefined, undefined]
  let apis: RunningProcess[] = []
  let load: Load | undefined
  let [asks, named] = [0, 0]

  const startIndexer = async () => {
    indexer = await startProcess('indexer', indexerEnv)
  }

  /** Every kind of answer is good, complete, and not degraded, from both processes. */
  const allAsUsual = (what: string, deadlineMs = HEALED_MS) =>
    waitFor(
      `right answers ${what}`,
      async () => {
        asks += 1
        const asked = apis.flatMap(({ url }) =>
          KINDS.map((kind) => askOnce(url, kind, NEW_PATHS[kind](asks))),
        )
        const bad = (await Promise.all(asked)).filter(
          ({ status, degraded }) => status !== 200 || degraded.length > 0,
        )
        if (bad.length > 0) throw new Error(JSON.stringify(countReplies(bad)))
        return true
      },
      { deadlineMs, everyMs: 100 },
    )

  beforeAll(async () => {
    await fillShop(postgres.pool)
    await refreshCategoryFacets(postgres.pool)
    await startIndexer()
    worker = await startProcess('worker', { ...env, AISLE_SUGGEST_REBUILD_MS: '1000' })
    const count = async (index: string) => (await client.count({ index })).count
    const slow = { deadlineMs: 60_000 }
    await waitFor('the catalogue is searchable', async () => (await count(names.itemsAlias)) === 60, slow)
    await waitFor('there are suggestions', async () => (await count(names.suggestionsAlias)) > 0, slow)
    // One keeps answers; the other has to ask the servers each time.
    const keepsNothing = { ...env, AISLE_CACHE_BYTES: '0' }
    apis = await Promise.all([startProcess('api', env), startProcess('api', keepsNothing)])
    load = startLoad(() => apis.map(({ url }) => url), PATHS)
    await allAsUsual('before any fault', WARM_MS)
  })

  const all = [...Object.values(proxies), ...Object.values(indexerProxies)]
  afterEach(() => {
    if (elasticsearch.means === 'signals') elasticsearch.thaw()
    network(all).heal()
    for (const server of Object.values(redis)) server.thaw()
  })
  afterAll(async () => {
    await load?.stop()
    await Promise.all([...apis, worker, indexer].map((each) => each?.stop()))
    await Promise.all(all.map((proxy) => proxy.close()))
    await deleteIndices(servers.elasticsearch, namespace)
  })

  return {
    postgres,
    redis,
    elasticsearch,
    /** As the apis and the worker reach each server. */
    urls: urlsOf(proxies),
    /** The server itself. */
    elasticsearchUrl: servers.elasticsearch,
    indexer: () => indexer as RunningProcess,
    startIndexer,
    allAsUsual,
    network: (variable: keyof typeof urls) => network([proxies[variable], indexerProxies[variable]]),
    networkOfIndexer: network(Object.values(indexerProxies)),

    /** Load while the fault lasts. @returns its replies */
    async underFault(fault: Act): Promise<readonly Reply[]> {
      const at = performance.now()
      await fault()
      await sleep(FAULT_MS)
      for (const api of apis) {
        if (processState(api.record) === 'gone') throw new Error(`an api ended:\n${api.output()}`)
      }
      return load?.since(at) ?? []
    },

    /** The cache serves again for longer than its short mode would. */
    async cacheIsFresh(): Promise<void> {
      await waitFor(
        'the lease is held',
        async () => {
          const metrics = await (await fetch(`${apis[0]?.url}/metrics`)).text()
          const age = Number(/^cache_lease_age_seconds (\S+)/m.exec(metrics)?.[1] ?? Number.NaN)
          return age * 1_000 < LEASE_MS
        },
        { deadlineMs: FRESH_MS, everyMs: 200 },
      )
    },

    /** Change an item. @returns a check that search finds the change */
    async changeAnItem(): Promise<() => Promise<void>> {
      named += 1
      const name = `zenith${named}`
      await postgres.pool.query('update items set name = $1 where item_id = 5', [`Acme ${name} mouse`])
      return async () => {
        await waitFor(
          'the change is found',
          async () => {
            const reply = await fetch(`${apis[0]?.url}/v1/search?q=${name}`)
            const { hits } = (await reply.json()) as { hits: { item_id: string }[] }
            return hits[0]?.item_id === '5'
          },
          { deadlineMs: FRESH_MS, everyMs: 100 },
        )
      }
    },
  }
}

type Urls<T> = Readonly<
  Record<'DATABASE_URL' | 'ELASTICSEARCH_URL' | 'REDIS_URL' | 'AISLE_REDIS_CACHE_URL', T>
>

async function proxiesBefore(urls: Urls<string>): Promise<Urls<TcpProxy>> {
  const started = Object.entries(urls).map(async ([name, url]) => [name, await startTcpProxy(url)] as const)
  return Object.fromEntries(await Promise.all(started)) as Urls<TcpProxy>
}

function urlsOf(proxies: Urls<TcpProxy>): Urls<string> {
  return Object.fromEntries(Object.entries(proxies).map(([name, { url }]) => [name, url])) as Urls<string>
}

function network(proxies: readonly TcpProxy[]): Network {
  return {
    cut: () => {
      for (const proxy of proxies) {
        proxy.setMode('refuse')
        proxy.reset()
      }
    },
    delay: () => {
      for (const proxy of proxies) proxy.setDelay(LATE_MS)
    },
    heal: () => {
      for (const proxy of proxies) {
        proxy.setDelay(0)
        proxy.setMode('pass')
      }
    },
  }
}
