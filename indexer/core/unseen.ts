/**
 * Transactions that the stream has delivered and no read has been proven to contain yet. A read counts only
 * when every one of those known at its start is visible in its snapshot (invariant I1); visibility never goes
 * back on one server, so an id leaves for good.
 */
import { isVisible, type Snapshot } from './snapshot.ts'

export type Unseen = {
  /** @param xid low 32 bits, top level, from the Begin message */
  add(xid: number): void
  /** What a read that starts at this moment has to contain. */
  required(): readonly number[]
  /** Whether the read may be used; forgets every id that is visible. */
  accept(required: readonly number[], snapshot: Snapshot): boolean
  readonly size: number
}

export function createUnseen(): Unseen {
  const xids = new Set<number>()
  return {
    add(xid) {
      xids.add(xid)
    },
    required: () => [...xids],
    accept(required, snapshot) {
      let accepted = true
      for (const xid of required) {
        if (isVisible(xid, snapshot)) xids.delete(xid)
        else accepted = false
      }
      return accepted
    },
    get size() {
      return xids.size
    },
  }
}
