/**
 * Seats of event streams. A stream costs memory for as long as it lasts, so several bounds hold at once: of a
 * process, of one visitor, who could otherwise take them all, and of one address, which could pose as many visitors.
 */
import { problem } from '../errors.ts'

/** One of the names that a visitor is counted under. */
export type Counted = { readonly name: string; readonly most: number }

export type StreamSeats = {
  /** Be told how many are taken, at every change. */
  onChange(listener: (taken: number) => void): void
  /**
   * @param names of the visitor; none: a proxy or a neighbour that is not counted
   * @returns to be called when the stream has ended; calling it again changes nothing
   * @throws Problem overloaded, too-many-streams
   */
  take(names: readonly Counted[]): () => void
}

/** Streams of one process (decisions, "Load generators"). */
export const STREAMS_MAX = 6_000
const RETRY_SECONDS = 5

export function createStreamSeats(streamsMax: number): StreamSeats {
  const counts = new Map<string, number>()
  const listeners: ((taken: number) => void)[] = []
  let taken = 0
  const change = (names: readonly Counted[], by: 1 | -1) => {
    taken += by
    for (const { name } of names) {
      const count = (counts.get(name) ?? 0) + by
      if (count === 0) counts.delete(name)
      else counts.set(name, count)
    }
    for (const tell of listeners) tell(taken)
  }
  return {
    onChange: (listener) => void listeners.push(listener),
    take(names) {
      const full = names.find(({ name, most }) => (counts.get(name) ?? 0) >= most)
      if (full) {
        throw problem('too-many-streams', {
          detail: `At most ${full.most} streams are open at once; ask /v1/inventory instead.`,
        })
      }
      if (taken >= streamsMax) throw problem('overloaded', { retry_after_seconds: RETRY_SECONDS })
      change(names, 1)
      let isTaken = true
      return () => {
        if (isTaken) change(names, -1)
        isTaken = false
      }
    },
  }
}
