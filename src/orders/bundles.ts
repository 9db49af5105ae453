/**
 * What bundles are made of. Asked for with every cart, changed by people: answers are kept for some seconds, the answer
 * "this is no bundle" too.
 */
import { LRUCache } from 'lru-cache'
import { Gathered, type Patience } from './gathered.ts'
import type { Bundles } from './lines.ts'
import type { Line } from './types.ts'

/** A changed bundle is sold as it was for so long at most, ms. */
const KEPT_MS = 5_000
const MOST = 20_000

export type BundleReader = {
  /** Those of the SKUs that are bundles, with their parts. @throws when Postgres does not answer */
  of(skus: readonly string[]): Promise<Bundles>
}

type Entry = { readonly parts: readonly Line[] | null; readonly until: number }

/** @param now monotonic ms */
export function createBundleReader(
  read: (skus: readonly string[]) => Promise<ReadonlyMap<string, readonly Line[]>>,
  now: () => number,
  patience: Patience,
): BundleReader {
  const kept = new LRUCache<string, Entry>({ max: MOST })
  const reading = new Gathered(read, patience)
  const partsOf = (sku: string): Entry | Promise<Entry> => {
    const known = kept.get(sku)
    if (known && known.until > now()) return known
    return reading.get(sku).then((parts) => {
      const entry = { parts, until: now() + KEPT_MS }
      kept.set(sku, entry)
      return entry
    })
  }
  return {
    async of(skus) {
      const bundles = new Map<string, readonly Line[]>()
      const entries = await Promise.all(skus.map(partsOf))
      for (const [at, { parts }] of entries.entries()) if (parts) bundles.set(skus[at] as string, parts)
      return bundles
    },
  }
}
