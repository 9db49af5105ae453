import { expect, test } from 'vitest'
import { PROBLEMS } from '../src/errors.ts'
import { awayAdmin, documentOf } from './support/admin-desk.ts'
import { edge } from './support/edge.ts'
import { bearerOf } from './support/identity.ts'
import { judgeBy, type OpenApi, operationsOf } from './support/openapi.ts'

const app = edge()
const document = (await (await app.request('/openapi.json')).json()) as OpenApi
const administration = await documentOf(awayAdmin())
const both: readonly OpenApi[] = [document, administration]

/** `npx vitest run test/openapi.test.ts -u` writes the file. */
test('docs/openapi.json is the document that the routes give', async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../docs/openapi.json')
})

test('docs/openapi-admin.json is the document that the routes of administration give', async () => {
  await expect(`${JSON.stringify(administration, null, 2)}\n`).toMatchFileSnapshot(
    '../docs/openapi-admin.json',
  )
})

test('neither document knows a path of the other', () => {
  expect(Object.keys(document.paths).filter((path) => path.startsWith('/admin'))).toEqual([])
  expect(Object.keys(administration.paths).filter((path) => !path.startsWith('/admin/'))).toEqual([])
})

test('every operation has a summary, an example of each problem and the faults of servers', () => {
  for (const { operation, name } of both.flatMap(operationsOf)) {
    expect(operation, name).toHaveProperty('summary')
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue
      const examples = Object.keys(response.content?.['application/problem+json'] ?? {})
      expect(examples, `${name} ${status}`).toContain('examples')
    }
    expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['500', '503', '504']))
  }
})

test.each([
  ['/v1/search', '/v1/search?q=drive'],
  ['/v1/search', '/v1/search?q=nothing-like-it'],
  ['/v1/search', '/v1/search?page=x'],
  ['/v1/search', '/v1/search?category=shoes'],
  ['/v1/suggest', '/v1/suggest?q=blue'],
  ['/v1/categories', '/v1/categories'],
  ['/v1/categories/{path}', '/v1/categories/storage/hard-drives'],
  ['/v1/categories/{path}', '/v1/categories/shoes'],
  ['/v1/facets/{name}', '/v1/facets/brand'],
  ['/v1/facets/{name}', '/v1/facets/flavour'],
  ['/v1/items/{id}', '/v1/items/1'],
  ['/v1/items/{id}', '/v1/items/77'],
  ['/v1/inventory', '/v1/inventory?skus=LAMP-7,DESK-2,GHOST'],
  ['/v1/inventory', '/v1/inventory?skus='],
  ['/v1/inventory', '/v1/inventory'],
  ['/v1/inventory/{sku}', '/v1/inventory/LAMP-7'],
  ['/v1/inventory/{sku}', '/v1/inventory/GHOST'],
  ['/v1/inventory/stream', '/v1/inventory/stream?skus=a&skus=b'],
])('the answer of %s to request %# is as the document says', async (path, url) => {
  const reply = await app.request(url)
  const judge = judgeBy(document)
  expect(judge(path, reply.status, reply.headers.get('content-type') ?? '', await reply.json())).toEqual([])
})

test.each(both)('the example of every answer of document %# is itself an answer', (one) => {
  const judge = judgeBy(one)
  for (const { path, method, operation, name } of operationsOf(one)) {
    const good = [200, 201, 202].find((status) => operation.responses[status]) ?? 200
    const [[media = '', content] = []] = Object.entries(operation.responses[good]?.content ?? {})
    expect(content?.example, name).toBeDefined()
    expect(judge(path, good, media, content?.example, method), name).toEqual([])
  }
})

test('a field that the document does not know is found by the judge', () => {
  const judge = judgeBy(document)
  const body = { suggestions: [], degraded: [], index_generation: 'x', took_ms: 1, extra: 1 }
  expect(judge('/v1/suggest', 200, 'application/json', body)).toEqual([
    ' must NOT have additional properties',
  ])
})

test('each problem has a page that explains it', async () => {
  for (const name of Object.keys(PROBLEMS)) {
    expect((await app.request(`/problems/${name}`)).status, name).toBe(200)
  }
  expect((await app.request('/problems/other')).status).toBe(404)
})

test('every operation that is not for everybody says for whom', () => {
  const catalogue = /^\/v1\/(search|suggest|categories|facets|items)/
  for (const { path, operation, name } of operationsOf(document)) {
    if (catalogue.test(path)) continue
    expect(['public', 'guest', 'customer', 'inventory', 'orders', 'machine'], name).toContain(
      operation['x-access'],
    )
  }
})

test('every operation of administration is for staff alone, and refuses everybody else', async () => {
  const guest = await bearerOf('guest:1', 'guest')
  const clerk = await bearerOf('ann', 'inventory')
  const app = awayAdmin()
  for (const { path, method, operation, name } of operationsOf(administration)) {
    const access = operation['x-access']
    expect(['inventory', 'orders'], name).toContain(access)
    const url = path.replaceAll(/\{[^}]+\}/g, '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01')
    const ask = async (headers: Record<string, string>) =>
      (await app.request(url, { method: method.toUpperCase(), headers })).status
    expect([await ask({}), await ask({ authorization: guest })], name).toEqual([401, 403])
    if (access === 'orders') expect(await ask({ authorization: clerk }), name).toBe(403)
    else expect(await ask({ authorization: clerk }), name).not.toBe(403)
  }
})
