/**
 * Two api processes behind HAProxy with this project's own configuration, under load: replaced one after the other no
 * request fails; when one dies every GET is still answered.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { type Balancer, startBalancer } from '../support/balancer.ts'
import { describeWith } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { countReplies, startLoad } from '../support/steady-load.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('rolling')
const client = useElasticsearch(database.elasticsearchUrl)
/** Deadlines that a busy machine of tests meets: what is tested is that nothing gets lost. */
const env = {
  ...database.env,
  AISLE_LOG_LEVEL: 'warn',
  AISLE_SUGGEST_DEADLINE_MS: '5000',
  AISLE_SEARCH_DEADLINE_MS: '5000',
  AISLE_ITEM_DEADLINE_MS: '5000',
}
const CLIENTS = 4
const AFTER_MS = 1_500
const WORDS = ['wireless', 'wired', 'mouse', 'keyboard', 'acme', 'cobalt']
const PATHS = {
  search: (n: number) => `/v1/search?q=${WORDS[n % WORDS.length]}&size=${1 + (n % 100)}`,
  suggest: (n: number) => `/v1/suggest?q=${WORDS[n % WORDS.length]?.slice(0, 3)}`,
  item: (n: number) => `/v1/items/${1 + (n % 60)}`,
  page: (n: number) => `/search?q=${WORDS[n % WORDS.length]}`,
}

describeWith('haproxy', 'two api processes behind HAProxy', () => {
  let balancer: Balancer
  const apis: RunningProcess[] = []

  beforeAll(async () => {
    await fillShop(database.pool)
    await refreshCategoryFacets(database.pool)
    await fillItemsIndex(client, database.pool, database.namespace)
    balancer = await startBalancer()
    apis.push(...(await Promise.all([startProcess('api', env), startProcess('api', env)])))
    for (const [i, { url }] of apis.entries()) await balancer.fill(i + 1, url)
    await waitFor(
      'both are in the rotation',
      async () => (await balancer.isUp(1)) && (await balancer.isUp(2)),
    )
  })

  afterAll(async () => {
    await Promise.all(apis.map((api) => api.stop()))
    await balancer?.stop()
  })

  const load = () => startLoad(() => Array.from({ length: CLIENTS }, () => balancer.url), PATHS, 10)

  /** A new process on the port of the old one, in the rotation. */
  const replace = async (slot: number) => {
    const port = new URL(apis[slot - 1]?.url ?? '').port
    apis[slot - 1] = await startProcess('api', { ...env, AISLE_PORT: port })
    await waitFor(`api ${slot} is in the rotation`, () => balancer.isUp(slot))
  }

  test('probes and metrics are not for shoppers', async () => {
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await fetch(balancer.url + path)).status, path).toBe(404)
    }
  })

  test('while each is replaced in turn no request fails', async () => {
    const shoppers = load()
    const at = performance.now()
    for (const slot of [1, 2]) {
      expect(await apis[slot - 1]?.stop()).toBe(0)
      await replace(slot)
    }
    await sleep(AFTER_MS)
    await shoppers.stop()
    const replies = shoppers.since(at)
    process.stdout.write(`rolling restart: ${JSON.stringify(countReplies(replies))}\n`)
    expect(replies.filter(({ status }) => status !== 200)).toEqual([])
    expect(replies.length).toBeGreaterThan(200)
  })

  test('when one is killed every GET is still answered', async () => {
    const shoppers = load()
    const at = performance.now()
    await sleep(500)
    await apis[0]?.kill()
    await waitFor('the dead one is out of the rotation', async () => !(await balancer.isUp(1)))
    await sleep(AFTER_MS)
    await shoppers.stop()
    const replies = shoppers.since(at)
    process.stdout.write(`one killed: ${JSON.stringify(countReplies(replies))}\n`)
    expect(replies.filter(({ status }) => status !== 200)).toEqual([])
    expect(replies.length).toBeGreaterThan(100)
    await replace(1)
  })
})
