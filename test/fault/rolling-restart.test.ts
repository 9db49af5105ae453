/**
 * Two api processes behind HAProxy with this project's own configuration, under load: replaced one after the other no
 * request fails; when one dies every GET is still answered.
 */
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { watchStock } from '../../sim/stock-watchers.ts'
import { refreshCategoryFacets } from '../../src/postgres/facets.ts'
import { type Balancer, startBalancer } from '../support/balancer.ts'
import { describeWith } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { say } from '../support/seed.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { ROOT } from '../support/sources.ts'
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
const PROXY = readFileSync(join(ROOT, 'deploy/haproxy.cfg'), 'utf8')
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

  test('whoever takes gzip gets pages, answers, style and script in it, and the same bytes without', async () => {
    const page = await balancedReply(`${balancer.url}/search?q=mouse`, 'gzip')
    const assets = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)].map(
      ([, path]) => path,
    )
    expect(assets.map((path) => path?.split('.').at(-1)).sort()).toEqual(
      expect.arrayContaining(['css', 'js']),
    )
    for (const path of ['/search?q=mouse', '/v1/search?q=mouse', ...assets]) {
      const [zipped, plain] = await Promise.all(
        ['gzip', 'identity'].map((accepts) => balancedReply(balancer.url + path, accepts)),
      )
      expect([zipped?.encoding, zipped?.vary], path).toEqual(['gzip', 'accept-encoding'])
      expect([plain?.encoding, plain?.vary], path).toEqual([undefined, 'accept-encoding'])
      expect(withoutIds(zipped?.text), path).toBe(withoutIds(plain?.text))
      say(`${path}: ${plain?.bytes} bytes, ${zipped?.bytes} with gzip`)
      expect(zipped?.bytes, path).toBeLessThan(plain?.bytes ?? 0)
    }
  })

  test('an answer that was sent in gzip and has not changed is not sent again', async () => {
    const url = `${balancer.url}/v1/search?q=acme`
    // Each process has its own answer while nothing tells them that a shared one is still right.
    const etags: string[] = []
    await waitFor('a reply without a body', async () => {
      const reply = await balancedReply(url, 'gzip', { 'if-none-match': etags.slice(-2).join(', ') })
      etags.push(reply.etag ?? '')
      expect(reply.vary).toBe('accept-encoding') // of a 304 as of the reply that it stands for
      return reply.status === 304 && reply.bytes === 0
    })
    say(`tags: ${etags.slice(-3).join(' ')}`)
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

  test('more streams than the proxy has places for answers leave every answer its place', async () => {
    const places = Number(/slowstart 5s maxconn (\d+)/.exec(PROXY)?.[1]) * apis.length
    const lists = Array.from({ length: places + 20 }, () => ['NOBODY-STOCKS-THIS'])
    const watchers = await watchStock(balancer.url, lists, () => performance.now())
    onTestFinished(() => watchers.close())
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => balancedReply(`${balancer.url}/v1/search?q=mouse`, 'gzip')),
    )
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(watchers.open).toBe(lists.length)
  })
})

type BalancedReply = {
  readonly status: number
  readonly encoding: string | undefined
  /** Each name once; empty: there is none. */
  readonly vary: string
  readonly etag: string | undefined
  /** As sent. */
  readonly bytes: number
  /** As read. */
  readonly text: string
}

/** One request whose body is left as it was sent: `fetch` unpacks it and asks for more than it is told to. */
async function balancedReply(url: string, accepts: string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(url, { headers: { ...headers, 'accept-encoding': accepts } }, resolve).once('error', reject)
  const reply = await promise
  const body = await buffer(reply)
  const encoding = reply.headers['content-encoding']
  return {
    status: reply.statusCode ?? 0,
    encoding,
    vary: [...new Set(reply.headers.vary?.toLowerCase().split(/\s*,\s*/))].join(),
    etag: reply.headers.etag,
    bytes: body.length,
    text: (encoding === 'gzip' ? gunzipSync(body) : body).toString(),
  } satisfies BalancedReply
}

/** What differs between two answers to one question. */
function withoutIds(text: string | undefined): string | undefined {
  return text?.replaceAll(/"(request_id|search_id|took_ms)":("[^"]*"|[\d.]+)/g, '')
}
