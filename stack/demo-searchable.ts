/** The wait of a demo until search shows the whole catalogue, with a bar. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { namesFor } from '../src/catalog/names.ts'
import { startProgress } from '../src/command/progress.ts'
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
      const count = await countDocuments(urls.elasticsearch, namesFor(namespace).itemsAlias)
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

/** 0 while there is no index. */
async function countDocuments(url: string, alias: string): Promise<number> {
  const response = await fetch(`${url}/${alias}/_count?ignore_unavailable=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: { bool: { must_not: { term: { tombstone: true } } } } }),
  })
  const body = (await response.json()) as { count?: number }
  return body.count ?? 0
}
