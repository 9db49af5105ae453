/** What the gate asks of Postgres: counts that Redis does not have yet, and the row of each epoch. */
import { beginEpoch, readEpochs, readStockCounts } from '../postgres/inv/gate-facts.ts'
import type { Pool } from '../postgres/pool.ts'
import type { CreateGateParts } from './create-gate.ts'

/** @param pool of the primary: a replica may be behind the epoch and the counts that it is asked for */
export function gateInPostgres(pool: Pool): Pick<CreateGateParts, 'readStock' | 'statements'> {
  return {
    readStock: (skus) => readStockCounts(pool, skus),
    statements: {
      read: (slots) => readEpochs(pool, slots),
      begin: (slot, serverId) => beginEpoch(pool, slot, serverId),
    },
  }
}
