/**
 * The states of the indices that this leader feeds, written by compare and set. A position is written before the
 * slot hears of it, so an index is never behind what the slot has forgotten, unless somebody restored it.
 */
import { deleteState, readStates, type StoredState, writeState } from '../adapters/state-es.ts'
import type { Lsn } from '../core/lsn.ts'
import type { IndexState } from '../core/state.ts'
import type { Context } from './context.ts'

export type StateBook = {
  readonly all: readonly IndexState[]
  of(index: string): IndexState | null
  add(state: IndexState): Promise<void>
  /** @throws Error for an index that is not in the book; ResponseError 409 when another leader wrote */
  update(index: string, patch: Partial<IndexState>): Promise<void>
  /** Positions of these indices move to `position`. */
  savePositions(indices: readonly string[], position: Lsn): Promise<void>
  remove(index: string): Promise<void>
}

export async function openStateBook(context: Context): Promise<StateBook> {
  const { client } = context
  const stateIndex = context.names.stateIndex
  const stored = new Map<string, StoredState>()
  for (const found of await readStates(client, stateIndex)) {
    if (found.state.mapping === context.mapping.name) stored.set(found.state.index, found)
  }
  // Writes of one state follow each other: two at a time would fail the compare.
  let last: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work)
    last = turn.catch(() => undefined) // the caller of that turn has the error
    return turn
  }
  const write = async (index: string, patch: Partial<IndexState>): Promise<void> => {
    const before = stored.get(index)
    if (!before) throw new Error(`state of ${index}: not known to this leader`)
    stored.set(index, await writeState(client, stateIndex, { ...before.state, ...patch }, before))
  }
  return {
    get all() {
      return [...stored.values()].map(({ state }) => state)
    },
    of: (index) => stored.get(index)?.state ?? null,
    add: (state) =>
      inTurn(async () => {
        stored.set(state.index, await writeState(client, stateIndex, state, null))
      }),
    update: (index, patch) => inTurn(() => write(index, patch)),
    savePositions: (indices, position) =>
      inTurn(async () => {
        for (const index of indices) {
          const state = stored.get(index)?.state
          if (state && state.position < position) await write(index, { position })
        }
      }),
    remove: (index) =>
      inTurn(async () => {
        await deleteState(client, stateIndex, index)
        stored.delete(index)
      }),
  }
}
