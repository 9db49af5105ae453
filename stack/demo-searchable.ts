/** The wait of a demo until search shows the whole catalogue, with a bar. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { namesFor } from '../src/catalog/names.ts'
import { startProgress } from '../src/command/progress.ts'
import { askElasticsearch } from './elasticsearch.ts'
import type { ServerUrls } from './servers.ts'

const POLL_MS = 250
/** No more items for this long: something is wrong, and waiting on will not help. */
const STALLED_AFTER_MS = 120_000

/** @throws Error when nothing becomes searchable for two minutes; reason of `signal` when it is aborted */
export async function untilSearchable(
  urls: ServerUrls,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const items = await countItems(urls.postgres)
  const progress = startProgress('making searchable', items, 'items')
  let indexed = -1
  let movedAt = performance.now()
  try {
    while (indexed !== items) {
      signal.throwIfAborted()
      const count = await countDocuments(urls.elasticsearch, namesFor(namespace).itemsAlias, items)
      if (count !== indexed) movedAt = performance.now()
      if (performance.now() - movedAt > STALLED_AFTER_MS) {
        throw new Error(
          `${indexed} of ${items} items are searchable, and for two minutes no more: see indexer.log`,
        )
      }
      indexed = count
      progress.update(indexed)
      await sleep(POLL_MS)
    }
  } finally {
    progress.stop()
  }
}

async function countItems(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::integer as n from items where status = 'active'`,
    )
    return rows[0]?.n ?? 0
  } finally {
    await client.end()
  }
}

/**
 * Documents that search shows; while the first index is being built and nothing is shown, the ones written to it.
 * One less than all of them then, because being written is not being shown.
 */
async function countDocuments(url: string, alias: string, items: number): Promise<number> {
  const shown = await ask(url, `${alias}/_count`, Counted, {
    query: { bool: { must_not: { term: { tombstone: true } } } },
  })
  if (shown) return shown.count
  const written = await ask(url, `${alias}-v*/_stats/indexing`, Written)
  return Math.min(written?._all.primaries.indexing?.index_total ?? 0, Math.max(0, items - 1))
}

const Counted = z.object({ count: z.number() })
const Written = z.object({
  _all: z.object({ primaries: z.object({ indexing: z.object({ index_total: z.number() }).optional() }) }),
})

/** @returns null when there is no such index */
async function ask<T>(url: string, path: string, answer: z.ZodType<T>, body?: object): Promise<T | null> {
  const response = await askElasticsearch(url, path, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text: unknown = await response.json()
  return response.status === 404 ? null : answer.parse(text)
}
