/**
 * Ids whose documents have to be written again: ids, never rows, so that an outage of Elasticsearch costs little
 * memory and a hot id waits once. Changes of the stream are hot; ids of fan-out jobs and rescans are cold and go
 * when nothing hot waits, or as one batch in COLD_SHARE, so that they are late and not starved.
 */
import type { Epoch, Ledger } from './ledger.ts'

/** A group of cold ids whose owner waits until all are durable. */
export type Page = { left: number; readonly done: () => void }

/** One id of a batch and who waits for it. */
export type Taken = { readonly id: string; readonly epoch: Epoch | null; readonly pages: readonly Page[] }

export type Waiting = {
  /** A change of the stream. The oldest epoch of an id is kept: it is the one that must not be passed. */
  addHot(id: string, epoch: Epoch): void
  addCold(id: string, page: Page): void
  /** Up to `max` ids, hot before cold; empty when nothing waits. Begins the next epoch of the ledger. */
  take(max: number): Taken[]
  /** The documents of these ids are durable in every sink. */
  done(taken: readonly Taken[]): void
  readonly hot: number
  readonly cold: number
}

/** One batch in this many is cold while hot ids wait. */
const COLD_SHARE = 8

export function createWaiting(ledger: Ledger): Waiting {
  const hot = new Map<string, Epoch>()
  const cold = new Map<string, Page[]>()
  let hotTakes = 0
  const takeCold = (id: string): readonly Page[] => {
    const pages = cold.get(id) ?? []
    cold.delete(id)
    return pages
  }
  const takeHot = (id: string): Epoch | null => {
    const epoch = hot.get(id) ?? null
    hot.delete(id)
    return epoch
  }
  return {
    addHot(id, epoch) {
      const before = hot.get(id)
      if (before !== undefined && before <= epoch) return
      ledger.hold(epoch)
      hot.set(id, epoch)
      if (before !== undefined) ledger.release(before)
    },
    addCold(id, page) {
      page.left += 1
      const pages = cold.get(id)
      if (pages) pages.push(page)
      else cold.set(id, [page])
    },
    take(max) {
      const isColdTurn = cold.size > 0 && (hot.size === 0 || hotTakes >= COLD_SHARE)
      hotTakes = isColdTurn ? 0 : hotTakes + 1
      const source = isColdTurn ? cold : hot
      const taken: Taken[] = []
      for (const id of source.keys()) {
        taken.push({ id, epoch: takeHot(id), pages: takeCold(id) })
        if (taken.length === max) break
      }
      ledger.turn()
      return taken
    },
    done(taken) {
      for (const { epoch, pages } of taken) {
        if (epoch !== null) ledger.release(epoch)
        for (const page of pages) {
          page.left -= 1
          if (page.left === 0) page.done()
        }
      }
    },
    get hot() {
      return hot.size
    },
    get cold() {
      return cold.size
    },
  }
}

/** When a batch is due: full, idle, or its oldest id has waited long enough. */
export type BatchRule = { readonly maxIds: number; readonly lingerMs: number }

/**
 * @param waitedMs since the first of the waiting ids came
 * @param isIdle no batch is being read or written, so waiting gains nothing
 * @returns 0 when a batch is due, else ms until it is
 */
export function untilDue(rule: BatchRule, waiting: number, waitedMs: number, isIdle: boolean): number {
  if (waiting >= rule.maxIds || isIdle) return 0
  return Math.max(0, rule.lingerMs - waitedMs)
}
