/** What every part of a running indexer gets: servers, names, the mapping, and the outside world as functions. */
import type { Client } from '@elastic/elasticsearch'
import type { Mapping } from '../../mappings/define.ts'
import type { Names } from '../../src/catalog/names.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import type { Redis } from '../../src/redis/connection.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'

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
  /** null: events of the outbox are not relayed. */
  readonly relay: RelayOptions | null
}

export type RelayOptions = {
  /** A connection of its own: a batch is larger than what other commands should wait behind. */
  readonly redis: Redis
  /** How long Redis may be away before events are let go and a debt is recorded, ms. */
  readonly patienceMs: number
}
