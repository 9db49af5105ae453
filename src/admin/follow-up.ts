/** After a change of stock by hand: the gate and search hear of it now, not at the next pass of the worker. */
import { bringUpToDate } from '../orders/reconcile-in-postgres.ts'
import type { DeskParts } from './desk-parts.ts'

/** Never throws: the change is made, and the worker brings what fails here within a second. */
export async function followUp(parts: DeskParts, skus: readonly string[]): Promise<void> {
  if (skus.length === 0) return
  try {
    await bringUpToDate(parts, skus)
  } catch (error) {
    parts.onError(error)
  }
}
