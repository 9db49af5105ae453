/**
 * Puts the write path together over one pool of Postgres and one connection to Redis, both its own: a slow search must not
 * make a customer wait for a connection, and the order of the gate's commands is part of its protocol.
 */
import { LRUCache } from 'lru-cache'
import { readBundles } from '../postgres/inv/bundles.ts'
import { readHolds } from '../postgres/inv/holds.ts'
import type { CartToReserve } from '../postgres/inv/reserve.ts'
import type { Pool } from '../postgres/pool.ts'
import type { GateConnection } from '../redis/connection.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { StockChange } from './admission.ts'
import { createBundleReader } from './bundles.ts'
import { type ChangeHold, createChangeHold } from './change-hold.ts'
import { type ChangeOrders, createChangeOrders } from './change-orders.ts'
import { Coalescer, type SetTimer } from './coalescer.ts'
import { createGate } from './create-gate.ts'
import type { FaultPoints } from './fault-point.ts'
import { gateInPostgres } from './gate-in-postgres.ts'
import type { GateStock } from './gate-stock.ts'
import { Gathered } from './gathered.ts'
import { createOwnCart, type OwnCart } from './own-cart.ts'
import { createOwnHolds, type OwnHolds } from './own-holds.ts'
import { createOwnOrders, type OwnOrders } from './own-orders.ts'
import { createPay, type Pay } from './pay.ts'
import { createPlaceHold, type PlaceHold } from './place-hold.ts'
import { PostgresClock } from './postgres-clock.ts'
import type { PaymentProvider } from './provider.ts'
import type { ComparingParts } from './reconcile-in-postgres.ts'
import { createReserveBatch, type Decided } from './reserve-batch.ts'
import type { PaymentTimes } from './settle-payment.ts'
import { SoldOutCache } from './sold-out.ts'
import { createTakeWebhook, type TakeWebhook } from './take-webhook.ts'
import { createTellGate } from './tell-gate.ts'

export type OrdersParts = {
  readonly pool: Pool
  /** From `connectGate`. */
  readonly connection: GateConnection
  /** Starts every Redis key of this installation. */
  readonly prefix: string
  /** null: nothing can be paid for. */
  readonly provider: PaymentProvider | null
  readonly times: PaymentTimes
  readonly faults: FaultPoints
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly clock: () => number
  readonly setTimer: SetTimer
  /** UUIDv7 text. */
  readonly newId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** What went wrong beside an answer. */
  readonly onError: (error: unknown) => void
}

export type Orders = {
  readonly place: PlaceHold
  readonly own: OwnHolds
  readonly change: ChangeHold
  readonly pay: Pay
  readonly takeWebhook: TakeWebhook
  readonly ownOrders: OwnOrders
  readonly changeOrders: ChangeOrders
  /** Reconcile over the gate of this process. */
  readonly comparing: ComparingParts
  readonly cart: OwnCart
  /** A change of a SKU was heard of (`stock.changed`): what was sold out may be there again. */
  heard(change: { readonly sku: string; readonly ver: number }): void
  /** The clock that decides expiry; null before its first word. */
  readonly postgresNow: () => Date | null
  /** Follow the epochs of Redis until the signal aborts. Never throws. */
  watch(signal: AbortSignal): Promise<void>
  /** Decide the carts that wait; call when no more requests come. */
  drain(): Promise<void>
}

/** Every 5 s beside every reconnect (order design, section 8). */
const EPOCH_EVERY_MS = 5_000
/** A look at one row takes a millisecond; who waits for longer waits for a server that is gone. */
const READ_PATIENCE_MS = 1_000

export function createOrders(parts: OrdersParts): Orders {
  const { pool, metrics, clock, faults, provider } = parts
  const settling = provider === null ? null : { ...parts, provider }
  const time = new PostgresClock(clock)
  const { gate, stock, epochs } = createGate({
    ...parts,
    now: clock,
    ...gateInPostgres(pool),
  })
  const onTime = (at: Date) => time.note(at)
  const line = new Coalescer<CartToReserve, Decided>({
    runBatch: createReserveBatch({ pool, faults, metrics, clock, onTime }),
    clock,
    setTimer: parts.setTimer,
  })
  const soldOut = new SoldOutCache(clock)
  const tellGate = createTellGate(stock, parts.onError)
  const onChanges = (changes: readonly StockChange[]) => {
    for (const change of changes) soldOut.changed(change)
    void tellGate(changes) // nobody waits for it
  }
  const patience = { ms: READ_PATIENCE_MS, setTimer: parts.setTimer }
  const bundles = createBundleReader((skus) => readBundles(pool, skus), clock, patience)
  const place = createPlaceHold({
    ...parts,
    gate,
    line,
    soldOut,
    known: new Gathered(rowsById(pool), patience),
    bundles,
  })
  return {
    place,
    own: createOwnHolds({ pool, onTime, onChanges }),
    change: createChangeHold({ ...parts, bundles, onChanges }),
    pay: createPay(settling),
    takeWebhook: createTakeWebhook(settling && { ...settling, time }),
    ownOrders: createOwnOrders(pool),
    changeOrders: createChangeOrders({ pool, newId: parts.newId, onChanges }),
    comparing: comparingWith(parts, stock),
    cart: createOwnCart(pool, bundles),
    heard: (change) => soldOut.changed(change),
    postgresNow: () => time.now(),
    watch: (signal) => epochs.watch(EPOCH_EVERY_MS, signal),
    drain: () => line.drain(),
  }
}

/** SKUs whose last comparison is kept to tell the cause of a drift. */
const PASSES_MAX = 10_000

function comparingWith({ pool, metrics, newId, random }: OrdersParts, stock: GateStock): ComparingParts {
  return { pool, stock, metrics, random, newRun: newId, passes: new LRUCache({ max: PASSES_MAX }) }
}

const rowsById = (pool: Pool) => async (ids: readonly string[]) =>
  new Map((await readHolds(pool, ids)).map((row) => [row.id, row]))
