/** Tells the gate of committed changes at once. Who is not told hears of them from the worker, a second later. */
import type { StockChange } from './admission.ts'
import { GateUnavailable } from './gate-calls.ts'
import type { GateStock } from './gate-stock.ts'

/** Resolves when every change is told or given up; never throws. To be called after the commit. */
export type TellGate = (changes: readonly StockChange[]) => Promise<void>

/** @param onError of what is not Redis being away, which every call of the gate says by itself */
export function createTellGate(stock: Pick<GateStock, 'delta'>, onError: (error: unknown) => void): TellGate {
  return async (changes) => {
    const told = await Promise.allSettled(changes.map((change) => stock.delta(change)))
    for (const one of told) {
      if (one.status === 'rejected' && !(one.reason instanceof GateUnavailable)) onError(one.reason)
    }
  }
}
