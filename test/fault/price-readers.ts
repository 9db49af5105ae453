/** Reads the price of one item over HTTP while it changes, and tells how stale what was told is. */
import { setTimeout as sleep } from 'node:timers/promises'

export type PriceReply = { readonly source: string | null; readonly price: number | null }

/** `deadline-exceeded`: no answer, which cannot be stale. */
const LATE = 504
const WRITE_EVERY_MS = 150
const LOOK_EVERY_MS = 10
const READ_EVERY_MS = 5
const FIRST_PRICE = 10_000

/** @throws Error when there is no answer */
export async function askPrice(url: string, path: string, item: string): Promise<PriceReply> {
  const reply = await askUnlessLate(url + path, item)
  if (reply === null) throw new Error(`${path}: ${LATE}`)
  return reply
}

/** @returns null: no answer in time */
async function askUnlessLate(target: string, item: string): Promise<PriceReply | null> {
  const reply = await fetch(target)
  const body = await reply.text()
  if (reply.status === LATE) return null
  if (!reply.ok) throw new Error(`${target}: ${reply.status} ${body}`)
  const { hits } = JSON.parse(body) as { hits: { item_id: string; price: number }[] }
  const price = hits.find(({ item_id }) => item_id === item)?.price ?? null
  return { source: reply.headers.get('x-cache'), price }
}

export type PriceRun = {
  readonly urls: readonly string[]
  readonly paths: readonly string[]
  readonly item: string
  setPrice(price: number): Promise<unknown>
  /** As the index shows it now. */
  shownPrice(): Promise<number | null>
  readonly runMs: number
  readonly boundMs: number
}

export type PricesRead = {
  /** By `X-Cache`, and `late`. */
  readonly replies: Readonly<Record<string, number>>
  /** Prices that the index was seen to show. */
  readonly versions: number
  /** Most staleness of any answer, ms: from the first sight of a newer price to the request. */
  readonly mostMs: number
  /** Answers beyond the bound, in words. */
  readonly over: readonly string[]
}

/** Change the price all the time, and read every path of every process all the time. */
export async function readWhilePricesChange(run: PriceRun): Promise<PricesRead> {
  const visibleAt = new Map<number, number>()
  const replies: Record<string, number> = {}
  const over: string[] = []
  let [price, mostMs] = [FIRST_PRICE, 0]
  let endsAt = performance.now() + run.runMs
  const isOver = () => performance.now() > endsAt
  const write = async () => {
    for (; !isOver(); await sleep(WRITE_EVERY_MS)) await run.setPrice(++price)
  }
  const watch = async () => {
    for (; !isOver(); await sleep(LOOK_EVERY_MS)) {
      const shown = await run.shownPrice()
      if (shown !== null && !visibleAt.has(shown)) visibleAt.set(shown, performance.now())
    }
  }
  const read = async (url: string, path: string) => {
    for (; !isOver(); await sleep(READ_EVERY_MS)) {
      const askedAt = performance.now()
      const { source, price: told } = (await askUnlessLate(url + path, run.item)) ?? LATE_REPLY
      replies[source ?? 'none'] = (replies[source ?? 'none'] ?? 0) + 1
      const newer = [...visibleAt].find(([value]) => told !== null && value > told && value > FIRST_PRICE)
      const staleMs = newer ? askedAt - newer[1] : 0
      mostMs = Math.max(mostMs, staleMs)
      if (staleMs > run.boundMs)
        over.push(`${path} ${source} told ${told}, stale for ${Math.round(staleMs)} ms`)
    }
  }
  const loops = [write(), watch(), ...run.urls.flatMap((url) => run.paths.map((path) => read(url, path)))]
  try {
    await Promise.all(loops)
  } finally {
    endsAt = 0 // one that fails ends the others
    await Promise.allSettled(loops)
  }
  return { replies, versions: visibleAt.size, mostMs: Math.round(mostMs), over }
}

const LATE_REPLY = { source: 'late', price: null }
