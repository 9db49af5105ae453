/**
 * Records what concurrent callers did to SKUs and were told, for the linearizability checker: called and returned by one
 * clock, and `unknown` where no answer came, which is not the same as failed.
 */
import { randomUUID } from 'node:crypto'
import type { Pool } from '../../src/postgres/pool.ts'
import { bearerOf } from './identity.ts'
import { createCaller } from './insistent-caller.ts'
import type { Recorded, StockCall } from './linearizability.ts'
import { pick, randomBy } from './random.ts'
import { newKey } from './shopper.ts'

export type HistoryOptions = {
  readonly pool: Pool
  readonly urls: () => readonly string[]
  readonly namespace: string
  readonly skus: readonly string[]
  readonly callers: number
  /** Calls of each caller. */
  readonly calls: number
  readonly seed: number
  /** How likely a caller that got no answer never asks again. */
  readonly walksAway: number
}

type Entry = Recorded & { readonly sku: string; readonly key?: string }

/** Units of one call. */
const QTY_MAX = 3
/** Share of calls after which the caller looks. */
const READS = 0.7

/** @returns the history of each SKU; hints of Redis or of a process have no entry */
export async function recordHistory(options: HistoryOptions): Promise<ReadonlyMap<string, Recorded[]>> {
  const random = randomBy(options.seed)
  const caller = createCaller({ ...options, random })
  const entries: Entry[] = []
  const authorization = await bearerOf(`guest:${randomUUID()}`, 'guest', options.namespace)
  const timed = async (sku: string, act: () => Promise<{ call: StockCall; key?: string } | null>) => {
    const called = performance.now()
    const done = await act()
    if (done === null) return
    const isUnknown = 'answer' in done.call && done.call.answer === 'unknown'
    entries.push({ ...done, sku, called, returned: isUnknown ? Number.POSITIVE_INFINITY : performance.now() })
  }
  const read = (sku: string) =>
    timed(sku, async () => ({ call: { kind: 'read', available: await availableOf(options.pool, sku) } }))
  const act = async (): Promise<void> => {
    const held: { sku: string; qty: number; id: string }[] = []
    const reserve = async (sku: string, qty: number) => {
      const key = newKey()
      const body = { lines: [{ sku, qty }] }
      await timed(sku, async () => {
        const reply = await caller.call({ method: 'POST', path: '/v1/holds', authorization, key, body })
        if (reply !== null && reply.status !== 201 && reply.status !== 409)
          throw new Error(`a hold was answered ${reply.status} ${JSON.stringify(reply.body)}`)
        if (reply?.status === 201) held.push({ sku, qty, id: key })
        const answer = reply === null ? 'unknown' : reply.status === 201 ? 'held' : 'refused'
        return { call: { kind: 'reserve', qty, answer }, key }
      })
    }
    const release = async ({ sku, qty, id }: { sku: string; qty: number; id: string }) =>
      timed(sku, async () => {
        const reply = await caller.call({ method: 'DELETE', path: `/v1/holds/${id}`, authorization })
        if (reply !== null && reply.status !== 200) throw new Error(`a release was answered ${reply.status}`)
        return { call: { kind: 'release', qty, answer: reply === null ? 'unknown' : 'released' } }
      })
    for (let n = 0; n < options.calls; n += 1) {
      const [sku, what] = [pick(random, options.skus), random()]
      const mine = what < 0.4 ? held.shift() : undefined
      if (mine !== undefined) await release(mine)
      else await reserve(sku, 1 + Math.floor(random() * QTY_MAX))
      if (random() < READS) await read(mine?.sku ?? sku) // what was answered is seen at once
    }
  }
  await Promise.all(Array.from({ length: options.callers }, act))
  await caller.close()
  for (const sku of options.skus) await read(sku) // whatever was not explained before is now
  return Map.groupBy(await judged(options.pool, entries), ({ sku }) => sku)
}

async function availableOf(pool: Pool, sku: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select sum(on_hand - held - committed - safety)::integer as n from inv.stock where sku = $1',
    [sku],
  )
  return rows[0]?.n ?? 0
}

/**
 * A 409 is a refusal where Postgres has recorded one (VOID with its reason). Where it has a hold, an earlier try of the
 * call is behind it, which was still on its way when a later one was turned away by a hint: of unknown outcome. Without
 * a row it was a hint alone.
 */
async function judged(pool: Pool, entries: readonly Entry[]): Promise<Entry[]> {
  const { rows } = await pool.query<{ id: string; state: string }>(
    'select id, state::text as state from inv.hold where id = any ($1::uuid[])',
    [entries.flatMap(({ key }) => key ?? [])],
  )
  const states = new Map(rows.map(({ id, state }) => [id, state]))
  return entries.flatMap((entry) => {
    const { call, key = '' } = entry
    if (call.kind !== 'reserve' || call.answer !== 'refused' || states.get(key) === 'VOID') return [entry]
    const unknown = { ...call, answer: 'unknown' } as const
    return states.has(key) ? [{ ...entry, call: unknown, returned: Number.POSITIVE_INFINITY }] : []
  })
}
