/**
 * The indexer's protocol without servers, clocks and threads: the real pure modules, put together as `indexer/run/`
 * puts them together, one small step at a time, so that a schedule can stop, repeat or reorder whatever a real
 * system can. Each mutant leaves one rule out. This file: what there is; the steps lie beside it.
 */
import { type ChangeReader, createChangeReader } from '../../indexer/core/changes.ts'
import { createLanes, type Lanes } from '../../indexer/core/lanes.ts'
import { createLedger, type Epoch, type Ledger } from '../../indexer/core/ledger.ts'
import type { Lsn } from '../../indexer/core/lsn.ts'
import type { Operation } from '../../indexer/core/operation.ts'
import { parseSnapshot } from '../../indexer/core/snapshot.ts'
import { createUnseen, type Unseen } from '../../indexer/core/unseen.ts'
import { createWaiting, type Taken, type Waiting } from '../../indexer/core/waiting.ts'
import { IndexModel } from './index-model.ts'
import type { PostgresModel, StreamMessage } from './postgres-model.ts'

export const MUTANTS = [
  'change LSN as version',
  'no visibility check',
  'acknowledge one more',
  'acknowledge before durable',
  'copies with the version of now',
  'no fence before copies',
  'no fence before the first batch',
  'real deletes while building',
  'jobs forget where they are',
] as const
export type Mutant = (typeof MUTANTS)[number]

/** An index and what is recorded about it; survives a crash. */
export type Sink = {
  readonly index: IndexModel
  phase: 'load' | 'purge' | 'live'
  readonly floor: Lsn
  /** Every copy up to this id is durable. */
  cursor: bigint
}

/** A fan-out job; survives a crash. */
export type Job = { readonly keys: readonly string[]; readonly commit: Lsn; lastId: bigint }

/** A write that the indexer gave up on and that may still be carried out. `isOrphan`: its sender was killed. */
export type Ghost = { readonly index: IndexModel; readonly operation: Operation; readonly isOrphan: boolean }

/** A sink in the memory of a running indexer. */
export type Attached = {
  readonly sink: Sink
  readonly lanes: Lanes
  readonly bulks: { readonly lane: number; readonly operations: readonly Operation[] }[]
  /** Of the load; null: not taken yet. */
  fence: bigint | null
  isCopying: boolean
  /** No batch from before the purge is under way. */
  isQuiet: boolean
}

export type Batch = {
  readonly taken: readonly Taken[]
  readonly version: Lsn
  readonly required: readonly number[]
  readonly targets: readonly Attached[]
}

export type Rescan = {
  readonly epochs: readonly Epoch[]
  readonly required: readonly number[]
  isVisible: boolean
}

/** What a crash takes away. */
export type Memory = {
  readonly ledger: Ledger
  readonly waiting: Waiting
  readonly unseen: Unseen
  readonly read: ChangeReader
  readonly stream: Generator<StreamMessage | null>
  readonly attached: Attached[]
  readonly batches: Batch[]
  /** Changed categories whose items have to be found. */
  readonly keys: Map<string, { readonly epoch: Epoch; readonly lsn: Lsn }>
  readonly truncates: Epoch[]
  /** Of the start: when it is passed, every commit from before the slot is visible. */
  readonly fence: bigint
  rescan: Rescan | null
  version: Lsn
  received: Lsn
  /** Batches that are being read or written. */
  underway: number
  isWalking: boolean
}

export type Model = {
  readonly postgres: PostgresModel
  readonly mutant: Mutant | null
  readonly sinks: Sink[]
  readonly jobs: Job[]
  ghosts: Ghost[]
  memory: Memory
}

const KEY_COLUMNS = new Map([
  ['items', 'id'],
  ['categories', 'id'],
])
const LIMITS = { lanes: 2, maxItems: 3, maxSize: 10_000 }

/** The slot has just been made: what was committed before may not be visible yet (fact E16). */
export function createModel(postgres: PostgresModel, mutant: Mutant | null): Model {
  const floor = postgres.confirmed - 1n
  const sinks: Sink[] = [{ index: new IndexModel(), phase: 'load', floor, cursor: 0n }]
  return { postgres, mutant, sinks, jobs: [], ghosts: [], memory: startMemory(postgres, sinks) }
}

/** The memory of an indexer that has just started. */
export function startMemory(postgres: PostgresModel, sinks: readonly Sink[]): Memory {
  const ledger = createLedger(postgres.confirmed)
  return {
    ledger,
    waiting: createWaiting(ledger),
    unseen: createUnseen(),
    read: createChangeReader(KEY_COLUMNS, 'outbox'),
    stream: postgres.stream(),
    attached: sinks.map(attach),
    batches: [],
    keys: new Map(),
    truncates: [],
    fence: postgres.assignXid(),
    rescan: null,
    version: postgres.confirmed - 1n,
    received: postgres.confirmed,
    underway: 0,
    isWalking: false,
  }
}

export function attach(sink: Sink): Attached {
  return { sink, lanes: createLanes(LIMITS), bulks: [], fence: null, isCopying: false, isQuiet: false }
}

/** Whether a read of now may be used: it contains every transaction that it must (I1). */
export function accepts(model: Model, required: readonly number[]): boolean {
  const { memory, postgres, mutant } = model
  const isComplete = memory.unseen.accept(required, parseSnapshot(postgres.snapshot()))
  return isComplete || mutant === 'no visibility check'
}

/** Taking batches and copies stops while a rescan waits for what is under way. */
export function isHeld({ memory }: Model): boolean {
  return memory.rescan?.isVisible === true
}

/** The document of a row as a read sees it now; null: there is none. */
export function bodyOf({ postgres }: Model, id: string) {
  const row = postgres.items.get(id)
  if (!row) return null
  const category = postgres.categories.get(row.category) ?? ''
  return { id, value: row.value, category, row_hash: 0 }
}

/** Nothing that the stream has delivered waits, and every index is complete. */
export function isIdle({ memory, jobs }: Model): boolean {
  const { ledger, waiting, batches, keys, truncates, rescan, attached } = memory
  return (
    ledger.isIdle &&
    waiting.hot + waiting.cold + batches.length + keys.size + truncates.length + jobs.length === 0 &&
    rescan === null &&
    attached.every(({ sink, lanes }) => sink.phase === 'live' && lanes.depth === 0)
  )
}
