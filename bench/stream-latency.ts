/**
 * From a change to search showing it, for every change of a steady flow. Each change gives an item a price that no
 * other has; search is asked every few milliseconds for the prices that have not been seen.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { nextMarks, untilCount } from './marks.ts'
import type { Place } from './place.ts'
import { percentile } from './statistics.ts'

const SESSIONS = 4
const LOOK_MS = 10
/** Changes under way are fewer than this, or the figures are beyond every target anyway. */
const SEEN_AT_ONCE = 5_000

/** @returns ms, and the rate that was really written */
export async function latencies(
  place: Place,
  rate: number,
  seconds: number,
): Promise<{ p50: number; p99: number; rate: number }> {
  const count = rate * seconds
  const first = await nextMarks(place.pool, count)
  const sentAt = new Map<number, number>()
  const times: number[] = []
  let isWritten = false
  const watching = watch(place, first, sentAt, times, () => isWritten)
  const startedAt = performance.now()
  const write = async (session: number) => {
    for (let i = session; i < count; i += SESSIONS) {
      const dueMs = startedAt + (i * 1_000) / rate - performance.now()
      if (dueMs > 0) await sleep(dueMs)
      sentAt.set(first + i, performance.now())
      await place.pool.query({
        name: 'mark',
        text: 'update items set price_minor = $1::bigint where item_id = $2::bigint',
        values: [first + i, 1 + i],
      })
    }
  }
  await Promise.all(Array.from({ length: SESSIONS }, (_, session) => write(session)))
  const written = count / ((performance.now() - startedAt) / 1_000)
  isWritten = true
  await watching
  await untilCount(place, first, count)
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), rate: written }
}

/** Until everything that was sent is seen. */
async function watch(
  { client, names, setting }: Place,
  first: number,
  sentAt: Map<number, number>,
  times: number[],
  isWritten: () => boolean,
): Promise<void> {
  while (!(isWritten() && sentAt.size === 0)) {
    setting.signal.throwIfAborted()
    await sleep(LOOK_MS)
    const oldest = sentAt.keys().next().value ?? first
    const found = await client.search({
      index: names.itemsAlias,
      size: SEEN_AT_ONCE,
      query: { range: { price: { gte: oldest } } },
      docvalue_fields: ['price'],
      _source: false,
      track_total_hits: false,
    })
    const seenAt = performance.now()
    for (const { fields } of found.hits.hits) {
      const mark = Number((fields?.['price'] as number[] | undefined)?.[0])
      const sent = sentAt.get(mark)
      if (sent === undefined) continue
      times.push(seenAt - sent)
      sentAt.delete(mark)
    }
  }
}
