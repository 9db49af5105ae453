/** The base of the tests themselves: what it gives to a file is the file's own, and is gone afterwards. */
import { connect } from 'node:net'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { useDatabase } from '../support/database.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('base')

async function proxyToPostgres() {
  const proxy = await startTcpProxy(database.postgresUrl)
  onTestFinished(() => proxy.close())
  return proxy
}

function clientOf(url: string): pg.Client {
  const client = new pg.Client({ connectionString: url, query_timeout: 500 })
  client.on('error', () => undefined) // the test cuts it on purpose
  onTestFinished(() => client.end().catch(() => undefined))
  return client
}

test('a test database has every migration and no rows', async () => {
  const { rows } = await database.pool.query<{ migrations: number; items: number }>(
    `select (select count(*)::integer from migration) as migrations, (select count(*)::integer from items) as items`,
  )
  expect(rows[0]?.migrations).toBeGreaterThan(0)
  expect(rows[0]?.items).toBe(0)
})

test('the server of the tests can make a replication slot', async () => {
  const slot = `aisle_${database.namespace}`
  await database.pool.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot])
  const { rows } = await database.pool.query(
    'select database from pg_replication_slots where slot_name = $1',
    [slot],
  )
  expect(rows).toEqual([{ database: database.namespace }])
})

test('a query through a silent proxy gets no answer until the proxy passes again', async () => {
  const proxy = await proxyToPostgres()
  const client = clientOf(proxy.url)
  await client.connect()
  proxy.setMode('silent')
  await expect(client.query('select 1')).rejects.toThrow('timeout')
  proxy.setMode('pass')
  const second = clientOf(proxy.url)
  await second.connect()
  expect((await second.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a reset connection is gone and a refusing proxy takes no other', async () => {
  const proxy = await proxyToPostgres()
  const client = clientOf(proxy.url)
  await client.connect()
  proxy.setMode('refuse')
  proxy.reset()
  await waitFor('no connection is open', () => proxy.openConnections() === 0)
  await expect(client.query('select 1')).rejects.toThrow()
  const refused = new Promise((resolve) => {
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('close', resolve)
  })
  await refused
})

test('a delay of the proxy is in every answer', async () => {
  const proxy = await proxyToPostgres()
  const client = clientOf(proxy.url)
  await client.connect()
  proxy.setDelay(100)
  const startedAt = performance.now()
  await client.query('select 1')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(200) // there and back
})
