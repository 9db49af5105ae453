/** What every part of a running indexer gets: servers, names, the mapping, and the outside world as functions. */
import type { Client } from '@elastic/elasticsearch'
import type { Mapping } from '../../mappings/define.ts'
import type { Names } from '../../src/catalog/names.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import type { Redis } from '../../src/redis/connection.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'
import type { OutboxRow } from '../core/changes.ts'
import type { Lsn } from '../core/lsn.ts'

export type Context = {
  /** Of the primary; the replication connection opens its own. */
  readonly databaseUrl: string
  readonly pool: Pool
  readonly client: Client
  readonly names: Names
  readonly mapping: Mapping
  /** Of `mapping`, computed once. */
  readonly mappingVersion: string
  /** Least time between two refreshes, ms. */
  readonly refreshMs: number
  /** After an unclean end of a leader: how long it may still write, ms. */
  readonly takeoverMs: number
  readonly metrics: Metrics
  readonly log: Logger
  readonly now: () => number
  readonly random: () => number
  /** Redis of the invalidation log; null: nobody caches, nothing is published. */
  readonly redis: Redis | null
  /** A random name. */
  readonly makeId: () => string
  /** Where later parts of the stream attach; absent ones cost nothing. */
  readonly listeners: Listeners
}

export type Listeners = {
  /** An outbox insert, in commit order, before its transaction is known to be visible: the event relay. */
  readonly event?: (row: OutboxRow, commit: Lsn) => void
}
