import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { createReader, ElasticsearchFault } from './reader.ts'

const cleanUps: (() => Promise<unknown> | void)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

/** A reader of a server that answers as told: how Elasticsearch itself answers is shown by the integration tests. */
async function readerOf(answer: RequestListener, { maxConnections = 2, timeoutMs = 10_000, at = '' } = {}) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const reader = createReader({ url: `http://${at}127.0.0.1:${port}`, maxConnections, timeoutMs })
  cleanUps.push(
    () => server.closeAllConnections(),
    () => reader.close(),
    () => new Promise((resolve) => server.close(resolve)),
  )
  return reader
}

const never = new AbortController().signal
const ES = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' }
const search = (reader: Awaited<ReturnType<typeof readerOf>>, signal = never) =>
  reader.search('shop-items', { size: 1 }, signal)

/** The status of the fault with which a search ends; its message where no answer came. */
async function faultOf(answer: RequestListener, options = {}): Promise<number | string | null> {
  const thrown: unknown = await search(await readerOf(answer, options)).catch((fault: unknown) => fault)
  expect(thrown).toBeInstanceOf(ElasticsearchFault)
  const { status, message } = thrown as ElasticsearchFault
  return status ?? message
}

test('a search is posted to its index, and its answer read over many chunks', async () => {
  const asked: string[] = []
  const reader = await readerOf((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['content-length']}`)
    response.writeHead(200, ES)
    for (const piece of ['{"hits":{"hits', '":[],"max_score":', 'null}}']) response.write(piece)
    response.end()
  })
  expect(await search(reader)).toEqual({ hits: { hits: [], max_score: null } })
  expect(asked).toEqual(['POST /shop-items/_search 10'])
})

test('several searches are one request, and each has an outcome of its own', async () => {
  const asked: string[] = []
  const reader = await readerOf((request, response) => {
    request.on('data', (chunk: Buffer) => asked.push(`${request.url} ${chunk}`))
    const failed = { status: 429, error: { type: 'es_rejected_execution_exception' } }
    response.writeHead(200, ES).end(JSON.stringify({ responses: [{ status: 200, took: 1 }, failed] }))
  })
  const searches = [
    { index: 'a', body: { size: 1 } },
    { index: 'b', body: { size: 2 } },
  ]
  const [first, second] = await reader.searches(searches, never)
  expect(asked).toEqual(['/_msearch {"index":"a"}\n{"size":1}\n{"index":"b"}\n{"size":2}\n'])
  expect(first).toMatchObject({ status: 'fulfilled', value: { took: 1 } })
  expect(second).toMatchObject({ status: 'rejected', reason: { status: 429 } })
})

test('a name cannot leave its place in the path', async () => {
  const reader = await readerOf((request, response) => {
    response.writeHead(200, ES).end(JSON.stringify({ [request.url ?? '']: {} }))
  })
  expect(await reader.indicesOf('a/../_all?x=1', never)).toEqual(['/_alias/a%2F..%2F_all%3Fx%3D1'])
})

test('an alias that does not exist has no indices', async () => {
  const reader = await readerOf((_, response) => void response.writeHead(404, ES).end('{"status":404}'))
  expect(await reader.indicesOf('none', never)).toEqual([])
})

test('user and password of the URL are sent', async () => {
  const reader = await readerOf(
    (request, response) => {
      response.writeHead(200, ES).end(JSON.stringify({ [request.headers.authorization ?? '']: {} }))
    },
    { at: 'reader:p%40ss@' },
  )
  const sent = `Basic ${Buffer.from('reader:p@ss').toString('base64')}`
  expect(await reader.indicesOf('a', never)).toEqual([sent])
})

test('a packed answer is unpacked', async () => {
  const reader = await readerOf((_, response) => {
    response.writeHead(200, { ...ES, 'content-encoding': 'gzip' }).end(gzipSync('{"took":7}'))
  })
  expect(await search(reader)).toEqual({ took: 7 })
})

test.each([400, 404, 429, 500, 503])('status %i is a fault that names it', async (status) => {
  expect(await faultOf((_, response) => void response.writeHead(status, ES).end('{}'))).toBe(status)
})

test('what is no answer of Elasticsearch is a fault without a status', async () => {
  const page = await faultOf((_, response) => void response.end('<!doctype html>'))
  const broken = await faultOf((_, response) => void response.writeHead(200, ES).end('{"hits":'))
  const cut = await faultOf((_, response) => {
    response.writeHead(200, { ...ES, 'content-length': 100 }).write('{')
    setImmediate(() => response.destroy())
  })
  const reset = await faultOf((request) => request.socket.destroy())
  expect([page, broken, cut, reset]).toEqual([
    'what answers is not Elasticsearch',
    'the answer is not JSON',
    'no answer',
    'no answer',
  ])
})

test('a server that says nothing is given up after the time-out', async () => {
  expect(await faultOf(() => undefined, { timeoutMs: 50 })).toBe('no answer')
})

test('an aborted search ends with the reason and takes its connection with it', async () => {
  const arrived = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const reader = await readerOf((request) => {
    request.socket.once('close', () => closed.resolve())
    arrived.resolve()
  })
  const caller = new AbortController()
  const reason = new Error('gave up')
  const outcome = expect(search(reader, caller.signal)).rejects.toBe(reason)
  await arrived.promise
  caller.abort(reason)
  await outcome
  await closed.promise
})

test('a search that is aborted while it waits for a connection is never sent, and the next one is', async () => {
  const asked: string[] = []
  const first = Promise.withResolvers<void>()
  const reader = await readerOf(
    (request, response) => {
      asked.push(request.url ?? '')
      void first.promise.then(() => response.writeHead(200, ES).end('{}'))
    },
    { maxConnections: 1 },
  )
  const caller = new AbortController()
  const running = reader.search('first', {}, never)
  const waiting = reader.search('second', {}, caller.signal)
  const next = reader.search('third', {}, never)
  const reason = new Error('gave up')
  caller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  first.resolve()
  await Promise.all([running, next])
  expect(asked).toEqual(['/first/_search', '/third/_search'])
})

test('who has left before he asks is told his own reason', async () => {
  const reader = await readerOf((_, response) => void response.writeHead(200, ES).end('{}'))
  const reason = new Error('gave up')
  await expect(search(reader, AbortSignal.abort(reason))).rejects.toBe(reason)
})
