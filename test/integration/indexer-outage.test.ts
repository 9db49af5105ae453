/** A server that goes away delays changes and loses none: the indexer comes back by itself, in one process. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { useDatabase } from '../support/database.ts'
import { catalogueOf, VISIBLE_DEADLINE_MS } from '../support/indexed-catalogue.ts'
import { runVerify } from '../support/indexer-command.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('outage')
const names = namesFor(database.namespace)
const client = createElasticsearch({
  url: database.elasticsearchUrl,
  maxConnections: 4,
  requestTimeoutMs: 10_000,
})
const { category, items, sql, expectShown } = catalogueOf(database, client, names.itemsAlias)
const patient = { deadlineMs: VISIBLE_DEADLINE_MS }

let elasticsearch: TcpProxy
let postgres: TcpProxy
let indexer: RunningProcess

beforeAll(async () => {
  await items('disk', await category('Storage'), 100)
  elasticsearch = await startTcpProxy(database.elasticsearchUrl)
  postgres = await startTcpProxy(database.postgresUrl)
  indexer = await startProcess('indexer', {
    ...database.env,
    ELASTICSEARCH_URL: elasticsearch.url,
    DATABASE_URL: postgres.url,
  })
  await expectSaid('search reads the new index', 0) // with the alias alone, the build is not recorded yet
})

afterAll(async () => {
  await indexer.stop()
  await Promise.all([elasticsearch.close(), postgres.close(), client.close()])
})

/** Wait until the indexer has met the fault: it says so. */
async function expectSaid(text: string, from: number): Promise<void> {
  await waitFor(`the log says ${text}`, () => indexer.output().slice(from).includes(text), patient)
}

test('changes made while Elasticsearch refuses connections arrive when it is back', async () => {
  const from = indexer.output().length
  elasticsearch.setMode('refuse')
  elasticsearch.reset()
  await sql('update items set price_minor = 1111 where item_id % 2 = 0')
  await expectSaid('a bulk is written again', from)
  await sql('delete from items where item_id % 10 = 0')
  elasticsearch.setMode('pass')
  await expectShown('price', 1_111, 40)
})

test('changes made while Elasticsearch swallows every byte arrive when it is back', async () => {
  const from = indexer.output().length
  elasticsearch.setMode('silent')
  await sql('update items set price_minor = 2222 where item_id % 2 = 1')
  await expectSaid('a bulk is written again', from)
  elasticsearch.setMode('pass')
  elasticsearch.reset()
  await expectShown('price', 2_222, 50)
})

test('a cut connection to Postgres begins a new session that repeats what was not durable', async () => {
  const from = indexer.output().length
  await sql('update items set price_minor = 3333 where item_id % 2 = 1')
  postgres.setMode('refuse')
  postgres.reset()
  await expectSaid('the session ended and is begun again', from)
  await sql('update items set price_minor = 4444 where item_id % 2 = 0')
  postgres.setMode('pass')
  await expectShown('price', 3_333, 50)
  await expectShown('price', 4_444, 40)
})

test('after all of it every document is as its row', async () => {
  const verdict = await runVerify(database.env, '--deep')
  expect([verdict.code, verdict.differences]).toEqual([0, []])
})
