/** The gate of a test: over a Redis of its own, with stock and epochs that the test keeps in memory. */
import { afterAll } from 'vitest'
import type { GateCart, StockCount } from '../../src/orders/admission.ts'
import { createGate, type OpenGate } from '../../src/orders/create-gate.ts'
import type { EpochStatements } from '../../src/orders/epoch.ts'
import { INV_SLOTS, slotOf } from '../../src/orders/slot.ts'
import type { ReadStock } from '../../src/orders/stock-reader.ts'
import { connectGate, type GateConnection, type GateServers, type Redis } from '../../src/redis/connection.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts'
import { waitFor } from './wait-for.ts'

/** Generous: a busy machine must not turn an answer into an unknown one. */
const PATIENT_MS = 5_000

export type { GateServers } from '../../src/redis/connection.ts'

export type TestGate = OpenGate & {
  readonly connection: GateConnection
  readonly prefix: string
  readonly metrics: Metrics
  readonly errors: unknown[]
}

export type TestGateOptions = {
  readonly servers: GateServers
  readonly prefix: string
  readonly readStock: ReadStock
  readonly statements?: EpochStatements
  readonly commandTimeoutMs?: number
}

/** Of this file. Vitest forgets hooks that a test or another hook registers, so this one is there from the start. */
const connections: GateConnection[] = []
afterAll(() => {
  for (const connection of connections) connection.disconnect()
})

/** A gate over a connection of its own, closed after the file. Its epochs have been looked at once. */
export async function openGate(options: TestGateOptions): Promise<TestGate> {
  const { servers, prefix, readStock, statements = memoryEpochs() } = options
  const errors: unknown[] = []
  const connection = connectGate(
    {
      ...servers,
      name: 'gate-of-a-test',
      commandTimeoutMs: options.commandTimeoutMs ?? PATIENT_MS,
      onError: (error) => errors.push(error),
    },
    Math.random,
  )
  connections.push(connection)
  await waitFor('the gate is connected', () => connection.status === 'ready')
  const metrics = createMetrics(['inv_'])
  const now = () => performance.now()
  const onError = (error: unknown) => errors.push(error)
  const parts = createGate({ connection, prefix, readStock, statements, metrics, now, onError })
  await parts.epochs.refresh()
  return { ...parts, connection, prefix, metrics, errors }
}

/** `inv.epoch` in memory: one update at a time, as a row lock makes it. */
export function memoryEpochs(): EpochStatements & { readonly begun: number[] } {
  const rows = Array.from({ length: INV_SLOTS }, (_, slot) => ({ slot, n: 0, server_id: '' }))
  const begun: number[] = []
  return {
    begun,
    read: (slots) => Promise.resolve(slots.flatMap((slot) => (rows[slot] ? [{ ...rows[slot] }] : []))),
    begin(slot, serverId) {
      const row = rows[slot]
      if (!row || row.server_id === serverId) return Promise.resolve(null)
      row.n += 1
      row.server_id = serverId
      begun.push(slot)
      return Promise.resolve(row.n)
    },
  }
}

/** Stock by sku that `readStock` gives; the test changes it. */
export function memoryStock(units: Readonly<Record<string, Partial<StockCount>>>) {
  const counts = new Map(Object.entries(units).map(([sku, count]) => [sku, countOf(sku, count)]))
  const read: ReadStock = (skus) => Promise.resolve(skus.flatMap((sku) => counts.get(sku) ?? []))
  return { counts, read }
}

export function countOf(sku: string, count: Partial<StockCount> = {}): StockCount {
  return { sku, available: 10, ver: 1, queue: false, limit: null, ...count }
}

export function cartOf(
  id: string,
  units: Readonly<Record<string, number>>,
  rest: Partial<GateCart> = {},
): GateCart {
  const lines = Object.entries(units).map(([sku, qty]) => ({ sku, qty }))
  return { id, hash: 'hash', lines, allowPartial: false, isOffer: false, ...rest }
}

/** Every server that has keys. */
export function mastersOf(connection: GateConnection): readonly Redis[] {
  return 'nodes' in connection ? connection.nodes('master') : [connection]
}

/** The counts of a gate, past its scripts: what somebody with redis-cli sees and does. */
export function countsByHand({ connection, prefix, epochs, slots }: TestGate) {
  const key = (sku: string) => {
    const slot = slotOf(sku) % slots
    return gateKeys(prefix)
      .of(slot, epochs.current(slot) ?? 0)
      .k(sku)
  }
  return {
    plant: async (sku: string, units: number) => void (await connection.hincrby(key(sku), 'a', units)),
    count: async (sku: string) => Number(await connection.hget(key(sku), 'a')),
  }
}
