/** What an operator sees of an api process that has to do without a server. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('operations')
const client = useElasticsearch(database.elasticsearchUrl)
const elasticsearch = await startTcpProxy(database.elasticsearchUrl)
const redis = await startTcpProxy(database.redisUrl)
const postgres = await startTcpProxy(database.postgresUrl)
let api: RunningProcess

beforeAll(async () => {
  await fillShop(database.pool)
  await refreshCategoryFacets(database.pool)
  await fillItemsIndex(client, database.pool, database.namespace)
  api = await startProcess('api', {
    ...database.env,
    ELASTICSEARCH_URL: elasticsearch.url,
    REDIS_URL: redis.url,
    DATABASE_URL: postgres.url,
  })
})

afterAll(async () => {
  await api?.stop()
  await Promise.all([elasticsearch, redis, postgres].map((proxy) => proxy.close()))
})

/** How long a healthy answer may take to come on a machine with eight times too much to do. */
const PATIENT = { deadlineMs: 25_000, everyMs: 10 }

/** Value of one series; null while it is not there. */
async function metric(series: string): Promise<number | null> {
  const lines = (await (await fetch(`${api.url}/metrics`)).text()).split('\n')
  const line = lines.find((each) => each.startsWith(`${series} `))
  return line === undefined ? null : Number(line.slice(series.length + 1))
}

async function dependencies(): Promise<Record<string, string>> {
  const reply = await fetch(`${api.url}/readyz`)
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { dependencies: Record<string, string> }).dependencies
}

const search = async (q: string) => {
  const reply = await fetch(`${api.url}/v1/search?q=${q}`)
  return (await reply.json()) as { degraded: string[] }
}

test('metrics tell what the cache does and how loaded the process is', async () => {
  // A busy machine makes some answers late or partial, and such are not kept; a hit has to come within a second of its
  // fill, because no indexer sends heartbeats here.
  await waitFor('a whole answer', async () => (await search('mouse')).degraded.length === 0, PATIENT)
  await waitFor(
    'an answer from memory',
    async () => {
      await search('mouse')
      return await metric('cache_requests_total{family="search",result="HIT-L1"}')
    },
    PATIENT,
  )
  expect(await metric('cache_requests_total{family="search",result="MISS"}')).toBeGreaterThan(0)
  await waitFor('the size of the cache', async () => ((await metric('cache_bytes')) ?? 0) > 0)
  expect(await metric('cache_entries')).toBeGreaterThan(0)
  expect(await metric('cache_lease_age_seconds')).not.toBe(null)
  expect(await metric('load_level')).not.toBe(null)
})

test('without Elasticsearch the breaker, the degraded answers and readyz say so', async () => {
  expect(await metric('es_breaker_open')).toBe(0)
  elasticsearch.setMode('refuse')
  elasticsearch.reset()
  await waitFor('the breaker opens', async () => {
    await search(`keyboard+${Math.round(performance.now())}`)
    return (await metric('es_breaker_open')) === 1
  })
  expect(await metric('search_degraded_total{dependency="elasticsearch"}')).toBeGreaterThan(0)
  await waitFor('readyz tells', async () => (await dependencies())['elasticsearch'] === 'down')
  elasticsearch.setMode('pass')
  await waitFor('readyz tells again', async () => (await dependencies())['elasticsearch'] === 'up')
})

test('without Redis readyz stays ready and names it', async () => {
  await waitFor('it is known', async () => (await dependencies())['redis'] === 'up')
  redis.setMode('refuse')
  redis.reset()
  await waitFor('it is missed', async () => (await dependencies())['redis'] === 'down')
  expect(await metric('cache_redis_errors_total')).toBeGreaterThan(0)
  redis.setMode('pass')
  await waitFor('it is back', async () => (await dependencies())['redis'] === 'up')
})

test('without Postgres items are counted as degraded and its breaker opens', async () => {
  postgres.setMode('refuse')
  postgres.reset()
  await waitFor('the breaker opens', async () => {
    await fetch(`${api.url}/item/${1 + Math.floor(performance.now() % 60)}`)
    return (await metric('search_postgres_breaker_open')) === 1
  })
  expect(await metric('search_degraded_total{dependency="postgres"}')).toBeGreaterThan(0)
  postgres.setMode('pass')
  await waitFor('it closes again', async () => {
    await fetch(`${api.url}/item/1`)
    return (await metric('search_postgres_breaker_open')) === 0
  })
})
