/** Administration in an api process: connections and a listener of its own. Wiring only; part of main.ts. */
import { type Administration, createAdministration } from './admin/administration.ts'
import type { Config } from './config.ts'
import { type AdminAppOptions, createAdminApp } from './http/admin/admin-app.ts'
import { type HttpServer, listen } from './http/server.ts'
import type { ComparingParts } from './orders/reconcile-in-postgres.ts'
import { createPool } from './postgres/pool.ts'

/** A few people; what they wait for must not take the connections of customers. */
const POOL_SIZE = 3
/** A little less than an answer may take. */
const STATEMENT_TIMEOUT_MS = 25_000

export type OpenAdministration = { readonly server: HttpServer; close(): Promise<void> }

/** @throws Error EADDRINUSE, EACCES */
export async function openAdministration(
  config: Config,
  comparing: ComparingParts,
  options: Omit<AdminAppOptions, 'administration'>,
): Promise<OpenAdministration> {
  const pool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-admin',
    size: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const administration: Administration = createAdministration({
    ...{ ...comparing, pool },
    newId: options.newRequestId,
    onError: (error) => options.logger.warn({ err: error }, 'administration'),
  })
  const app = createAdminApp({ ...options, administration })
  const server = await listen(app, config.AISLE_ADMIN_HOST, config.AISLE_ADMIN_PORT)
  return { server, close: () => pool.end() }
}
