/** Administration of a test, and people of the shop who call it; every answer is judged by the document. */
import { LRUCache } from 'lru-cache'
import { expect } from 'vitest'
import { createAdministration } from '../../src/admin/administration.ts'
import type { DeskParts } from '../../src/admin/desk-parts.ts'
import type { Role } from '../../src/auth/token.ts'
import { createAdminApp } from '../../src/http/admin/admin-app.ts'
import { uuidV7 } from '../../src/http/ids.ts'
import type { LastPass } from '../../src/orders/reconcile-plan.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { TestDatabase } from './database.ts'
import { edgeOptions } from './edge.ts'
import { openGateOf } from './gate-postgres.ts'
import { bearerOf } from './identity.ts'
import { judgeBy, type Method, type OpenApi } from './openapi.ts'

export type AdminReply = {
  readonly status: number
  /** As it came. */
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
}

export type Staff = {
  call(
    method: Uppercase<Method>,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<AdminReply>
}

export type AdminApp = ReturnType<typeof createAdminApp>

const newId = () => uuidV7(Date.now(), crypto.randomUUID())
const desk = {
  random: Math.random,
  passes: new LRUCache<string, LastPass>({ max: 100 }),
  newRun: newId,
  newId,
} as const

/** Administration over a real Postgres and a real gate. @returns also the gate, and people of a role */
export async function openAdmin(database: TestDatabase) {
  const gate = await openGateOf(database)
  const errors: unknown[] = []
  const app = appOver({
    ...desk,
    ...{ pool: database.pool, stock: gate.stock, metrics: gate.metrics },
    onError: (error) => errors.push(error),
  })
  const document = await documentOf(app)
  return { app, gate, errors, as: (role: Role, name = 'ann') => staffOf(app, document, { role, name }) }
}

/** The same with servers that are away. */
export function awayAdmin(): AdminApp {
  const url = 'postgres://nobody:nothing@127.0.0.1:1/none'
  const pool = createPool({ url, applicationName: 'none', size: 1, statementTimeoutMs: 100 })
  const stock: DeskParts['stock'] = { compare: () => Promise.reject(new Error('away')) }
  return appOver({ ...desk, ...{ pool, stock, metrics: createMetrics(['inv_']) }, onError: () => undefined })
}

export async function documentOf(app: AdminApp): Promise<OpenApi> {
  return (await (await app.request('/openapi.json')).json()) as OpenApi
}

function appOver(parts: DeskParts): AdminApp {
  return createAdminApp({
    ...edgeOptions({ newRequestId: newId }),
    administration: createAdministration(parts),
  })
}

async function staffOf(
  app: AdminApp,
  document: OpenApi,
  { role, name }: { readonly role: Role; readonly name: string },
): Promise<Staff> {
  const authorization = await bearerOf(name, role)
  const judge = judgeBy(document)
  return {
    async call(method, path, body, headers = {}) {
      const reply = await app.request(path, {
        method,
        headers: {
          authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const text = await reply.text()
      const parsed = JSON.parse(text) as AdminReply['body']
      const type = reply.headers.get('content-type') ?? ''
      const route = routeOf(document, path)
      expect(
        judge(route, reply.status, type, parsed, method.toLowerCase() as Method),
        `${method} ${path}`,
      ).toEqual([])
      return { status: reply.status, text, body: parsed, headers: reply.headers }
    },
  }
}

/** The path of the document that a URL belongs to. */
function routeOf(document: OpenApi, url: string): string {
  const [path = ''] = url.split('?')
  const fits = (route: string) => new RegExp(`^${route.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path)
  const found = Object.keys(document.paths).filter(fits)
  return found.find((route) => route === path) ?? found[0] ?? path
}
