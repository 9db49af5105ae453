/**
 * Before a starting process takes requests, it fetches what is asked most into memory: from the second tier where that
 * has it, else from search. It never fails and never takes long; a process that starts cold is right, only slower.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TwoTierCache } from '../cache/two-tier.ts'
import { type Generation, keptOf } from './kept.ts'
import type { LoadReply } from './load-reply.ts'
import { MAY_CARRY } from './reply-cache.ts'

export type WarmUpParts = {
  readonly cache: TwoTierCache
  /** Hottest URLs, most first. */
  readonly readHot: () => Promise<string[]>
  /** Both tiers are believed. */
  readonly isFresh: () => boolean
  readonly load: LoadReply
  readonly generation: Generation
  readonly newRequestId: () => string
}

export type WarmedUp = { readonly listed: number; readonly fromSecondTier: number; readonly loaded: number }

/** A few at a time: other processes serve shoppers meanwhile. */
const AT_ONCE = 8
const WHOLE_MS = 10_000
/** The connection has only just been made. */
const READ_PATIENCE_MS = 500
/** The first heartbeat comes within 300 ms; without it the second tier is not asked. */
const LEASE_PATIENCE_MS = 1_500
const LOOK_MS = 20

/** @param stop ends it early */
export async function warmUp(parts: WarmUpParts, stop: AbortSignal): Promise<WarmedUp> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(WHOLE_MS)])
  const found = { listed: 0, fromSecondTier: 0, loaded: 0 }
  const urls = await readList(parts, signal)
  found.listed = urls.length
  if (urls.length === 0) return found
  await until(parts.isFresh, LEASE_PATIENCE_MS, signal)
  const rest = urls.values()
  const worker = async () => {
    for (const url of rest) {
      if (signal.aborted) return
      const source = await warm(parts, url, signal)
      if (source === 'HIT-L2') found.fromSecondTier += 1
      if (source === 'MISS') found.loaded += 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return found
}

/** @returns where it came from; null: it could not be had, or is not kept any more */
async function warm(
  { cache, load, generation, newRequestId }: WarmUpParts,
  url: string,
  signal: AbortSignal,
) {
  const kept = keptOf(url, generation)
  if (kept === null) return null
  const { key, family } = kept
  const work = (unwanted: AbortSignal) => load({ url, family, id: newRequestId() }, unwanted)
  const request = { key, family, mayCarry: MAY_CARRY, load: work, isHot: true }
  return await cache.getOrLoad(request, signal).then(
    ({ source }) => source,
    () => null, // a shopper's request will tell
  )
}

async function readList({ readHot }: WarmUpParts, signal: AbortSignal): Promise<string[]> {
  let urls: string[] | null = null
  const read = async () => {
    urls = await readHot().catch(() => null)
  }
  await read()
  const endsAt = performance.now() + READ_PATIENCE_MS
  while (urls === null && !signal.aborted && performance.now() < endsAt) {
    await pause(LOOK_MS, signal)
    await read()
  }
  return urls ?? []
}

async function until(isSo: () => boolean, patienceMs: number, signal: AbortSignal): Promise<void> {
  const endsAt = performance.now() + patienceMs
  while (!isSo() && !signal.aborted && performance.now() < endsAt) await pause(LOOK_MS, signal)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
