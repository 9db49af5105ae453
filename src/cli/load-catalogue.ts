/** What import and seed share: a database that is ready, and loading with progress and facets afterwards. */
import type { Pool } from 'pg'
import { EXIT } from '../command/command.ts'
import { startProgress } from '../command/progress.ts'
import { ExitError, messageOf } from '../errors.ts'
import { refreshCategoryFacets } from '../postgres/facets.ts'
import { type LoadCounts, loadItems, type PositionedItem, type RefusedRow } from '../postgres/load.ts'
import { pendingMigrations } from '../postgres/migrate.ts'
import { createPool } from '../postgres/pool.ts'
import { settleCatalogue } from '../postgres/settle.ts'

export type LoadReport = LoadCounts & { readonly facets_changed: number }

export type CatalogueOptions = {
  readonly currency: string
  readonly batchSize: number
  readonly signal: AbortSignal
  readonly onRefused: (row: RefusedRow) => void
  /** Every item was read; writing begins. */
  readonly onRead: () => void
}

/** A batch of 2,000 with full-text and trigram indexes takes a second at most; this bounds a stuck server. */
const STATEMENT_TIMEOUT_MS = 600_000

/**
 * Connections to a database that has every table.
 * @throws ExitError(3) when the server does not answer or migrations are missing
 */
export async function openCatalogue(databaseUrl: string): Promise<Pool> {
  const pool = createPool({
    url: databaseUrl,
    applicationName: 'aisle-import',
    size: 2, // the session of the load, and one for categories
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  let pending: string[]
  try {
    pending = await pendingMigrations(pool)
  } catch (thrown) {
    await pool.end()
    const advice = 'check DATABASE_URL, or start servers with npm run stack'
    throw new ExitError(EXIT.preflight, `Postgres does not answer (${messageOf(thrown)}): ${advice}`, {
      cause: thrown,
    })
  }
  if (pending.length === 0) return pool
  await pool.end()
  throw new ExitError(EXIT.preflight, `the database lacks ${pending.join(', ')}: run bin/aisle migrate first`)
}

/** Load items with a progress line, then bring statistics and the facets of the categories up to date. */
export async function loadCatalogue(
  pool: Pool,
  items: AsyncIterable<readonly PositionedItem[]>,
  options: CatalogueOptions,
): Promise<LoadReport> {
  let progress: ReturnType<typeof startProgress> | null = null
  const counts = await loadItems(pool, announced(items, options.onRead), {
    currency: options.currency,
    batchSize: options.batchSize,
    signal: options.signal,
    onRefused: options.onRefused,
    onBatch(rows, total) {
      progress ??= startProgress('write', total, 'rows')
      progress.update(rows)
    },
  }).finally(() => progress?.stop())
  if (counts.inserted + counts.updated === 0) return { ...counts, facets_changed: 0 }
  await settleCatalogue(pool)
  return { ...counts, facets_changed: await refreshCategoryFacets(pool) }
}

async function* announced<T>(items: AsyncIterable<T>, onEnd: () => void): AsyncGenerator<T> {
  yield* items
  onEnd()
}
