/**
 * What may be acknowledged. Invariant I2: a commit is acknowledged only when every write it causes is durable in
 * every sink. Commits are grouped into epochs: an epoch ends when a batch is taken, so there are never more open
 * epochs than batches under way, however many commits wait. The position is the exact end LSN of a commit, never
 * one more (fact E2), and never goes back.
 */
import { type Lsn, maxLsn } from './lsn.ts'

/** Number of an epoch; higher is later. */
export type Epoch = number

export type Ledger = {
  /** The epoch that changes of this moment belong to. */
  readonly current: Epoch
  /** One more thing has to be done before this epoch is. The epoch must be open. */
  hold(epoch: Epoch): void
  /** One thing is done. @throws RangeError for an epoch that holds nothing: an accounting fault */
  release(epoch: Epoch): void
  /** A transaction ended; its changes were held before this call. */
  committed(endLsn: Lsn): void
  /** Begin the next epoch, because a batch takes what waits. */
  turn(): void
  /** Everything at or below is durable. */
  readonly durable: Lsn
  /** Nothing is held. */
  readonly isIdle: boolean
  /** The oldest open epoch. */
  readonly first: Epoch
  /** Open epochs. */
  readonly size: number
}

type Entry = { epoch: Epoch; held: number; endLsn: Lsn | null }

/** @param start position at which the stream begins */
export function createLedger(start: Lsn): Ledger {
  const entries: Entry[] = [{ epoch: 0, held: 0, endLsn: null }]
  let durable = start
  const last = (): Entry => entries[entries.length - 1] as Entry // never empty: settle keeps the current one
  const find = (epoch: Epoch): Entry => {
    const entry = entries[epoch - (entries[0] as Entry).epoch]
    if (!entry) throw new RangeError(`ledger: epoch ${epoch} is not open`)
    return entry
  }
  const settle = (): void => {
    for (let first = entries[0]; first && first.held === 0; first = entries[0]) {
      if (first.endLsn !== null) durable = maxLsn(durable, first.endLsn)
      if (entries.length === 1) return
      entries.shift()
    }
  }
  return {
    get current() {
      return last().epoch
    },
    hold(epoch) {
      find(epoch).held += 1
    },
    release(epoch) {
      const entry = find(epoch)
      if (entry.held === 0) throw new RangeError(`ledger: epoch ${epoch} holds nothing`)
      entry.held -= 1
      if (entry.held === 0) settle()
    },
    committed(endLsn) {
      last().endLsn = endLsn
      settle()
    },
    turn() {
      if (last().held === 0 && last().endLsn === null) return
      entries.push({ epoch: last().epoch + 1, held: 0, endLsn: null })
      settle()
    },
    get durable() {
      return durable
    },
    get isIdle() {
      return entries.every((entry) => entry.held === 0)
    },
    get first() {
      return (entries[0] as Entry).epoch
    },
    get size() {
      return entries.length
    },
  }
}
