import { beforeAll, describe, expect, test } from 'vitest'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { useDatabase } from '../support/database.ts'
import { type HostileRequest, hostileRequests } from '../support/hostile-requests.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { type RawReply, sendRaw } from '../support/raw-http.ts'
import { fillCatalogue } from '../support/small-catalogue.ts'

const SEED = Number(process.env['AISLE_TEST_SEED'] ?? 20_251_125)
const REQUESTS = 2_000
const AT_ONCE = 8
const FAULTS_SHOWN = 10
/** Generous: other tests run on the same cores. A request beyond it is a 504, which fails the test. */
const DEADLINE_MS = 10_000

const database = await useDatabase('fuzz')

async function send(api: RunningProcess, request: HostileRequest): Promise<RawReply> {
  const hasHost = request.headers.some((line) => line.startsWith('Host:'))
  const lines = [
    `${request.method} ${request.target} HTTP/1.1`,
    ...(hasHost ? [] : [`Host: ${new URL(api.url).host}`]),
    ...request.headers,
    'Connection: close',
  ]
  return await sendRaw(api.url, lines.join('\r\n'), DEADLINE_MS + 2_000)
}

/** What is wrong with a reply, or null. A refusal is a problem that names itself; a page only when one was asked for. */
function faultOf(request: HostileRequest, reply: RawReply): string | null {
  if (reply.status >= 500) return `status ${reply.status}`
  if (Number.isNaN(reply.status)) return 'no status'
  if (reply.status < 400) return null
  const type = reply.headers.get('content-type') ?? 'none'
  const isPage = type.startsWith('text/html') && request.headers.some((line) => line.includes('text/html'))
  if (isPage) return null
  if (type !== 'application/problem+json') return `status ${reply.status} as ${type}`
  if (request.method === 'HEAD') return null
  const body = JSON.parse(reply.body) as { status?: unknown; type?: unknown; title?: unknown }
  return body.status === reply.status && typeof body.title === 'string'
    ? null
    : `body ${reply.body.slice(0, 200)}`
}

async function faultsOf(api: RunningProcess, requests: readonly HostileRequest[]): Promise<string[]> {
  const faults: string[] = []
  const queue = requests.entries()
  const lane = async () => {
    for (const [i, request] of queue) {
      const fault = await send(api, request).then(
        (reply) => faultOf(request, reply),
        (thrown: unknown) => String(thrown),
      )
      if (fault !== null) faults.push(`${i}: ${fault}: ${JSON.stringify(request).slice(0, 400)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return faults
}

describe(`hostile requests, seed ${SEED}`, () => {
  let api: RunningProcess

  beforeAll(async () => {
    await fillCatalogue(database.pool, { categories: 4, items: 300 })
    const client = createElasticsearch({
      url: database.elasticsearchUrl,
      maxConnections: 2,
      requestTimeoutMs: 30_000,
    })
    await fillItemsIndex(client, database.pool, database.namespace)
    await client.close()
    api = await startProcess('api', {
      ...database.env,
      AISLE_SEARCH_DEADLINE_MS: String(DEADLINE_MS),
      AISLE_SUGGEST_DEADLINE_MS: String(DEADLINE_MS),
      AISLE_ITEM_DEADLINE_MS: String(DEADLINE_MS),
    })
    return async () => {
      await api.stop()
    }
  })

  test(`${REQUESTS} of them get no 5xx, every refusal is a problem, and the server lives`, async () => {
    const faults = await faultsOf(api, hostileRequests(SEED, REQUESTS))
    expect(faults.slice(0, FAULTS_SHOWN), `${faults.length} faults`).toEqual([])
    const after = await fetch(`${api.url}/v1/search?q=item&f.brand=Brand+3`)
    expect(after.status).toBe(200)
    expect(((await after.json()) as { total: { value: number } }).total.value).toBeGreaterThan(0)
  }, 120_000)

  test('a request that is no HTTP at all is refused with a problem', async () => {
    const reply = await sendRaw(api.url, 'NONSENSE', DEADLINE_MS)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([400, 'application/problem+json'])
  })
})
