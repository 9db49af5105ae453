/** Puts the parts of the admission gate together over one connection. */
import type { GateConnection } from '../redis/connection.ts'
import { gateKeys } from '../redis/keys.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type EpochChange, type EpochParts, GateEpochs } from './epoch.ts'
import { Gate } from './gate.ts'
import { GateCalls } from './gate-calls.ts'
import { GateSlots } from './gate-slots.ts'
import { GateStock } from './gate-stock.ts'
import { removeOldEpochs } from './old-epochs.ts'
import { INV_SLOTS } from './slot.ts'
import type { ReadStock } from './stock-reader.ts'

export type CreateGateParts = Pick<EpochParts, 'statements' | 'onChange'> & {
  /** From `connectGate`, used by nobody else: the order of its commands is part of the protocol. */
  readonly connection: GateConnection
  /** Of the keys of this installation, such as `shop:`. */
  readonly prefix: string
  readonly readStock: ReadStock
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly now: () => number
  readonly onError?: (error: unknown) => void
}

export type OpenGate = {
  /** Slots of the gate: 1 when one Redis serves it, INV_SLOTS in a cluster. */
  readonly slots: number
  readonly gate: Gate
  readonly stock: GateStock
  /** To be watched: `epochs.watch(everyMs, signal)`. */
  readonly epochs: GateEpochs
}

export function createGate(parts: CreateGateParts): OpenGate {
  const { connection, statements, onChange, readStock, onError } = parts
  const keys = gateKeys(parts.prefix)
  const count = connection.isCluster ? INV_SLOTS : 1
  const report = onError ? { onError } : {}
  const calls = new GateCalls({ connection, metrics: parts.metrics, now: parts.now, ...report })
  const cleanUp = ({ slot, n, isBegunHere }: EpochChange) => {
    if (isBegunHere) removeOldEpochs(connection, keys, slot, n).catch((error: unknown) => onError?.(error))
  }
  const epochs = new GateEpochs({
    calls,
    keys,
    slots: count,
    statements,
    ...report,
    onChange: (change) => {
      cleanUp(change)
      onChange?.(change)
    },
  })
  const slots = new GateSlots({ calls, keys, epochs, count })
  const stock = new GateStock(slots)
  return { slots: count, gate: new Gate({ slots, stock, readStock, ...report }), stock, epochs }
}
