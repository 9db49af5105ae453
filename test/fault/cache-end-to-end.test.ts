/**
 * Promise 3 through all real parts: Postgres, indexer, Elasticsearch, Redis and two api processes. Prices are changed
 * by plain SQL; what the apis answer is compared with what the index showed at the moment of the request.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/cache/lease.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { readCommitPosition } from '../../src/postgres/commit-position.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { say } from '../support/seed.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { waitFor } from '../support/wait-for.ts'
import { askPrice, readWhilePricesChange } from './price-readers.ts'

const database = await useDatabase('cache_e2e')
const client = useElasticsearch(database.elasticsearchUrl)
const { itemsAlias } = namesFor(database.namespace)
const env = { ...database.env, AISLE_INDEXER_TAKEOVER_MS: '500', AISLE_LOG_LEVEL: 'warn' }
const running: RunningProcess[] = []
const urls = () => running.slice(1).map(({ url }) => url)

const RUN_MS = IS_SOAK ? 300_000 : 8_000
/** The lease, and room for a busy machine between looking and asking. */
const BOUND_MS = LEASE_MS + 500
/** Of all replies: those without an answer in time, on a machine with too much to do. */
const LATE_SHARE = 0.03
const ITEM = 7
const PATHS = [
  '/v1/search?q=wireless+mouse&size=100',
  `/v1/search?q=art-${ITEM}`,
  '/v1/search?category=peripherals/mice&size=100',
]

beforeAll(async () => {
  await fillShop(database.pool)
  running.push(await startProcess('indexer', env))
  await waitFor(
    'the catalogue is searchable',
    async () => (await client.count({ index: itemsAlias })).count === 60,
    {
      deadlineMs: 60_000,
    },
  )
  running.push(...(await Promise.all([startProcess('api', env), startProcess('api', env)])))
})

afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()))
})

const ask = (url: string, path: string) => askPrice(url, path, String(ITEM))
const setPrice = (price: number) =>
  database.pool.query('update items set price_minor = $1 where item_id = $2', [price, ITEM])

async function shownPrice(): Promise<number | null> {
  const found = await client.search<{ price: number }>({
    index: itemsAlias,
    query: { ids: { values: [String(ITEM)] } },
  })
  return found.hits.hits[0]?._source?.price ?? null
}

test('a repeated answer comes from memory, in every api process', async () => {
  for (const url of urls()) {
    await waitFor('a hit', async () => (await ask(url, '/v1/search?q=keyboard')).source === 'HIT-L1')
  }
})

test('what one process loaded the other finds in the second tier', async () => {
  const [first = '', second = ''] = urls()
  const path = '/v1/search?q=borealis+keyboard'
  await waitFor('the second tier is used', async () => {
    const fresh = `${path}&size=${1 + Math.floor(performance.now() % 90)}`
    await ask(first, fresh)
    return (await ask(second, fresh)).source === 'HIT-L2'
  })
})

test('an unchanged answer is not sent again', async () => {
  const [url = ''] = urls()
  const target = `${url}/v1/search?q=cobalt`
  const etag = (await fetch(target)).headers.get('etag') ?? ''
  const again = await fetch(target, { headers: { 'if-none-match': etag } })
  expect([again.status, await again.text()]).toEqual([304, ''])
})

test('no api answers with a price that the index replaced longer ago than the bound', {
  timeout: RUN_MS + 60_000,
}, async () => {
  const found = await readWhilePricesChange({
    urls: urls(),
    paths: PATHS,
    item: String(ITEM),
    setPrice,
    shownPrice,
    runMs: RUN_MS,
    boundMs: BOUND_MS,
  })
  say(JSON.stringify(found))
  expect(found.over).toEqual([])
  expect(found.replies['HIT-L1'] ?? 0).toBeGreaterThan(0)
  expect(found.versions).toBeGreaterThan(5)
  const asked = Object.values(found.replies).reduce((sum, count) => sum + count, 0)
  expect(found.replies['late'] ?? 0).toBeLessThanOrEqual(asked * LATE_SHARE)
})

test('an answer that names a write shows it, and says so', async () => {
  for (let price = 5_000; price < 5_005; price++) {
    await setPrice(price)
    const lsn = await readCommitPosition(database.pool)
    for (const url of urls()) {
      const headers = { 'x-min-lsn': lsn, prefer: 'wait=2' }
      const reply = await fetch(`${url}/v1/search?q=art-${ITEM}`, { headers })
      const { hits } = (await reply.json()) as { hits: { price: number }[] }
      const control = reply.headers.get('cache-control')
      expect([reply.headers.get('x-synced'), hits[0]?.price, control]).toEqual([
        'true',
        price,
        'private, no-store',
      ])
    }
  }
})

test('an answer that cannot show a write says so, and does not come from the cache', async () => {
  const [url = ''] = urls()
  const target = `${url}/v1/search?q=art-${ITEM}`
  await fetch(target)
  const reply = await fetch(target, { headers: { 'x-min-lsn': 'FFFFFFFF/0' } })
  expect([reply.status, reply.headers.get('x-synced'), reply.headers.get('x-cache')]).toEqual([
    200,
    'false',
    'BYPASS',
  ])
  const unreadable = await fetch(target, { headers: { 'x-min-lsn': 'soon' } })
  expect(unreadable.status).toBe(400)
})

test('a deleted item is gone from answers that held it', async () => {
  const path = '/v1/search?q=art-9'
  for (const url of urls()) await ask(url, path)
  await database.pool.query('delete from items where item_id = 9')
  for (const url of urls()) {
    await waitFor('it is gone', async () => {
      const reply = await fetch(url + path)
      const { total, zero_result } = (await reply.json()) as {
        total: { value: number }
        zero_result: boolean
      }
      return zero_result || total.value === 0
    })
  }
})

test('a starting api has what is asked most in memory before it is ready', async () => {
  const old = running.pop()
  const asked = Array.from({ length: 20 }, (_, n) => `/v1/search?q=mouse&size=${10 + n}`)
  for (const path of [...asked, ...asked]) await ask(old?.url ?? '', path)
  await old?.stop()
  const started = await startProcess('api', { ...env, AISLE_LOG_LEVEL: 'info' })
  running.push(started)
  const sources: (string | null)[] = []
  for (const path of asked) sources.push((await ask(started.url, path)).source)
  expect(sources).toEqual(asked.map(() => 'HIT-L1'))
  expect(started.output()).toMatch(/"fromSecondTier":[1-9]/)
})

describe('with suggestions that are built once', () => {
  let worker: RunningProcess
  beforeAll(async () => {
    worker = await startProcess('worker', { ...env, AISLE_SUGGEST_REBUILD_MS: '86400000' })
  })
  afterAll(async () => {
    await worker?.stop()
  })

  test('a product is suggested no more once its item is hidden, and again once it is shown, by the same suggestion index', async () => {
    const [url = ''] = urls()
    const suggest = async () => {
      const reply = await fetch(`${url}/v1/suggest?q=cobalt+wireless+mouse+m1&size=20`)
      return (await reply.json()) as {
        suggestions: { kind: string; ref: string | null }[]
        degraded: string[]
        index_generation: string
      }
    }
    const refs = ({ suggestions }: Awaited<ReturnType<typeof suggest>>) =>
      suggestions.flatMap(({ kind, ref }) => (kind === 'product' ? [ref] : []))
    const before = await waitFor(
      'products are suggested by the index',
      async () => {
        const answer = await suggest()
        return answer.degraded.length === 0 && refs(answer).length > 2 && answer
      },
      { deadlineMs: 30_000 },
    )
    const [gone, repriced, ...others] = refs(before)
    await database.pool.query('update items set price_minor = 1 where item_id = $1', [repriced])
    const setStatus = (status: string) =>
      database.pool.query('update items set status = $1 where item_id = $2', [status, gone])
    await setStatus('hidden')
    await waitFor('it is gone', async () => !refs(await suggest()).includes(gone ?? ''))
    const after = await suggest()
    expect(refs(after).sort()).toEqual([repriced, ...others].sort())
    expect([after.index_generation, after.degraded]).toEqual([before.index_generation, []])
    await setStatus('active')
    await waitFor('it is back', async () => refs(await suggest()).includes(gone ?? ''))
  })

  test('cache-remove: an item that the index has removed is within the bound in no answer and on no page', async () => {
    const { rows } = await database.pool.query<{ id: string; name: string }>(
      `select item_id::text as id, name from items where name like 'Cobalt wireless%' order by item_id desc limit 1`,
    )
    const [{ id, name } = { id: '', name: '' }] = rows
    const q = name.replaceAll(' ', '+')
    const paths = [
      `/v1/search?q=${q}`,
      '/v1/search?category=peripherals/mice&size=100',
      `/v1/suggest?q=${q}&size=20`,
      `/v1/items/${id}`,
      `/search?q=${q}`,
      '/c/peripherals/mice?sort=price_desc',
      `/item/${id}`,
    ]
    const targets = urls().flatMap((url) => paths.map((path) => url + path))
    const shows = new RegExp(`(?:data-item=|"item_id":|"ref":)"${id}"`)
    const holders = async () => {
      const bodies = await Promise.all(targets.map(async (target) => (await fetch(target)).text()))
      return targets.filter((_, i) => shows.test(bodies[i] ?? ''))
    }
    const all = async () => {
      const found = await holders()
      if (found.length < targets.length) throw new Error(`only ${found.join(' ')}`)
      return true
    }
    await waitFor('every answer and page has it', all)
    await all() // and is kept
    await database.pool.query('delete from items where item_id = $1', [id])
    const inIndex = () => client.count({ index: itemsAlias, query: { ids: { values: [id] } } })
    await waitFor('the index has removed it', async () => (await inIndex()).count === 0, { everyMs: 5 })
    const removedAt = performance.now()
    let [askedAt, lastShownAt, last] = [removedAt, removedAt, [] as string[]]
    await waitFor('nothing has it', async () => {
      askedAt = performance.now()
      const found = await holders()
      if (found.length > 0) [lastShownAt, last] = [askedAt, found]
      return found.length === 0
    })
    expect({ last, isWithin: lastShownAt - removedAt <= BOUND_MS }).toMatchObject({ isWithin: true })
  })
})

test('after the indexer was killed the cache is told to forget, and is fresh again', {
  timeout: 90_000,
}, async () => {
  const [indexer] = running
  await indexer?.kill()
  await setPrice(77)
  running[0] = await startProcess('indexer', env)
  for (const url of urls()) {
    await waitFor('the price is right', async () => (await ask(url, PATHS[0] ?? '')).price === 77, {
      deadlineMs: 20_000,
    })
    // A lease comes only from a heartbeat, which the new leader sends after it began a new epoch.
    await waitFor(
      'a hit older than the short mode allows',
      async () => {
        await ask(url, '/v1/search?q=keyboard')
        await sleep(1_100)
        return (await ask(url, '/v1/search?q=keyboard')).source?.startsWith('HIT') ?? false
      },
      { deadlineMs: 20_000 },
    )
  }
})
