/**
 * The auditor of an api that serves: an answer that nothing will ever invalidate, and that the index never gave, is put
 * where the api takes its answers from. It is found, told to the operator, and not served again.
 */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesOf, decodeEntry, encodeEntry } from '../../src/cache/entry.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('cache_audit')
const { itemsAlias, redisPrefix } = namesFor(database.namespace)
const client = useElasticsearch(database.elasticsearchUrl)
const redis = new Redis(database.redisUrl)
const keys = cacheKeys(redisPrefix)
const env = { ...database.env, AISLE_INDEXER_TAKEOVER_MS: '500', AISLE_LOG_LEVEL: 'warn' }
const SLOW = { deadlineMs: 60_000 }
let indexer: RunningProcess
let api: RunningProcess

beforeAll(async () => {
  await fillShop(database.pool)
  indexer = await startProcess('indexer', env)
  const count = async () => (await client.count({ index: itemsAlias })).count
  await waitFor('the catalogue is searchable', async () => (await count()) === 60, SLOW)
  api = await startProcess('api', { ...env, AISLE_AUDIT_EVERY_MS: '20' })
  // A first search may be cut short, and such an answer is not kept.
  await waitFor(
    'a whole answer',
    async () => JSON.parse((await ask('/v1/search?q=warm')).body).partial === false,
  )
  await waitFor('answers are kept for as long as an audit takes', keepsFor(ECHO_MS), SLOW)
})
afterAll(async () => {
  await Promise.all([api, indexer].map((each) => each?.stop()))
  redis.disconnect()
})

/** The first build of the index invalidates everything again 3 s after its swap: a planted answer would go unseen. */
const ECHO_MS = 4_000

/** Whether the same answer was kept for so long. */
function keepsFor(ms: number): () => Promise<boolean> {
  let since = performance.now()
  return async () => {
    if ((await ask('/v1/search?q=warm')).source !== 'HIT-L1') since = performance.now()
    return performance.now() - since > ms
  }
}

async function ask(path: string) {
  const reply = await fetch(api.url + path)
  return { source: reply.headers.get('x-cache'), body: await reply.text() }
}

async function metric(series: string): Promise<number> {
  const lines = (await (await fetch(`${api.url}/metrics`)).text()).split('\n')
  return Number(lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? 0)
}

/** Key of the second tier for a URL; null: it holds nothing for it. */
async function keyOf(path: string): Promise<string | null> {
  const epoch = (await redis.get(keys.epoch)) ?? ''
  const found = await redis.keys(keys.entry(epoch, '*'))
  return found.find((key) => key.endsWith(` ${path}`)) ?? null
}

/** Answer once, and change the answer where the next request finds it. @returns what it was */
async function plant(path: string, wrong: (body: string) => string): Promise<string> {
  const { body } = await ask(path)
  const key = await waitFor('the second tier has it', () => keyOf(path))
  const held = decodeEntry((await redis.getBuffer(key)) ?? Buffer.alloc(0), 0)
  if (held?.body.toString() !== body) throw new Error(`the second tier holds another answer for ${path}`)
  const entry = { ...held, body: bytesOf(wrong(body)) }
  await redis.set(key, encodeEntry(entry, 0), 'PX', 300_000)
  return body
}

/** A second request takes it into memory. */
const takeIn = (path: string) => ask(path)

test.each([
  ['an answer', '/v1/search?q=cobalt+keyboard'],
  ['a page', '/search?q=cobalt+mouse'],
  ['an item', '/v1/items/5'],
])('%s that was kept and is wrong is found, told with key and tags, and dropped', async (_, path) => {
  const mismatches = await metric('cache_audit_mismatch_total')
  const right = await plant(path, (body) => body.replace(/Cobalt/g, 'Planted'))
  const { source, body } = await takeIn(path)
  expect([source, body.includes('Planted')]).toEqual(['HIT-L2', true])
  const line = await waitFor('the operator is told', () =>
    api
      .output()
      .split('\n')
      .find((each) => each.includes(`${path}"`) && each.includes('a kept answer was wrong')),
  )
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', tags: expect.arrayContaining(['all']) })
  expect(await metric('cache_audit_mismatch_total')).toBe(mismatches + 1)
  const { body: after } = await ask(path)
  expect([after.includes('Planted'), after.length - right.length]).toEqual([false, expect.closeTo(0, -1)])
})

test('right answers pass', async () => {
  await waitFor(
    'some were compared',
    async () => (await metric('cache_audit_checked_total{verdict="same"}')) > 5,
  )
  expect(await metric('cache_audit_mismatch_total')).toBe(3)
})
