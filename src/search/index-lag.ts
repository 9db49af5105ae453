/**
 * Age of the oldest committed change that search does not show, without asking the indexer: positions that
 * commits had reached are remembered with their time, and forgotten once the index has them. The
 * acknowledgement comes at most every 2 s while nothing is written, so values below that are "no lag".
 */
import type { StreamPositions } from '../postgres/replication.ts'

/** Commits had reached `written` at `atMs`. */
type Mark = { readonly written: bigint; readonly atMs: number }

/** An hour of marks at one a second; older ones are thinned to every second one, so the oldest is never lost. */
const MARKS_MAX = 3_600

/**
 * @param read positions now
 * @param now monotonic clock, ms
 * @returns function that reads once and gives the lag in seconds
 */
export function indexLag(read: () => Promise<StreamPositions>, now: () => number): () => Promise<number> {
  let marks: readonly Mark[] = []
  return async () => {
    const { written, indexed } = await read()
    const atMs = now()
    marks = remember(marks, { written, atMs }, indexed ?? 0n)
    const oldest = marks[0]
    return oldest === undefined ? 0 : (atMs - oldest.atMs) / 1_000
  }
}

/** Marks that the index has not reached yet, oldest first. Pure. */
export function remember(marks: readonly Mark[], mark: Mark, indexed: bigint): readonly Mark[] {
  const isNew = marks.at(-1)?.written !== mark.written
  const open = [...marks, ...(isNew ? [mark] : [])].filter(({ written }) => written > indexed)
  return open.length > MARKS_MAX ? open.filter((_, i) => i % 2 === 0) : open
}
