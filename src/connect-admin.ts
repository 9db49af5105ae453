/** Administration in an api process: connections and a listener of its own. Wiring only; part of main.ts. */
import { type Administration, createAdministration } from './admin/administration.ts'
import type { Config } from './config.ts'
import { messageOf } from './errors.ts'
import { type AdminAppOptions, createAdminApp } from './http/admin/admin-app.ts'
import { type HttpServer, listen } from './http/server.ts'
import type { ComparingParts } from './orders/reconcile-in-postgres.ts'
import { createPool } from './postgres/pool.ts'

/** A few people; what they wait for must not take the connections of customers. */
const POOL_SIZE = 3
/** A little less than an answer may take. */
const STATEMENT_TIMEOUT_MS = 25_000

export type OpenAdministration = { readonly server: HttpServer; close(): Promise<void> }

/** @throws Error when the address cannot be listened on */
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
  const { AISLE_ADMIN_HOST: host, AISLE_ADMIN_PORT: port } = config
  const server = await listen(app, host, port).catch((thrown: unknown) => {
    // two api processes of one machine: the second has to be told
    const advice = 'name another AISLE_ADMIN_PORT; 0 takes a free one'
    throw new Error(`administration cannot listen (${messageOf(thrown)}): ${advice}`, { cause: thrown })
  })
  return { server, close: () => pool.end() }
}
