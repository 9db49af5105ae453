/** The OpenAPI 3.1 document, made from the routes. `docs/openapi.json` is its copy, compared in a test. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './context.ts'

/** Raised with every change that can break a caller. */
export const API_VERSION = '1.0.0'

const DESCRIPTION = `Search, suggestions, browsing and items of one catalogue.

Prices are integers in minor units of \`currency\`; ids are text. Every answer carries \`took_ms\` and \`degraded\`
(servers it had to do without). Every failure is \`application/problem+json\` whose \`type\` is a page that
explains it. An empty parameter means the same as an absent one; an unknown one is a 400. Send \`X-Request-Id\`
(8 to 64 letters, digits, \`_\`, \`-\`) to find a request in the logs.`

const ADMIN_DESCRIPTION = `Administration of stock and orders, on a listener of its own.

Send an access token of the role \`inventory\` or \`orders\` (\`x-access\`): \`Authorization: Bearer\`. Every write has a
\`reason\`; who and why are kept in the ledger and the audit. Send an \`Idempotency-Key\` with a write: the same key gives
the same answer, and has its effect once. Every failure is \`application/problem+json\`.`

/** What the shop and its customers call. */
export function openApiDocument(app: OpenAPIHono<AppEnv>): Record<string, unknown> {
  return documentOf(app, 'Aisle', DESCRIPTION)
}

/** What the people of the shop call. */
export function adminDocument(app: OpenAPIHono<AppEnv>): Record<string, unknown> {
  return documentOf(app, 'Aisle administration', ADMIN_DESCRIPTION)
}

function documentOf(app: OpenAPIHono<AppEnv>, title: string, description: string): Record<string, unknown> {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title, version: API_VERSION, description },
    servers: [{ url: '/' }],
  })
  // A path parameter with slashes carries a pattern for the router, which is no OpenAPI path.
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => [path.replace('{.+}', ''), item])
  return { ...document, paths: Object.fromEntries(paths) }
}
