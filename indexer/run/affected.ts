/**
 * Which documents a change touches: its own id, the ids that a statement of the mapping names, or all of them
 * after a TRUNCATE. Few ids join the stream's own; many become a durable job, recorded before the commit may be
 * acknowledged.
 */
import type { AffectedRule } from '../../mappings/define.ts'
import { scanIds } from '../adapters/indices.ts'
import { insertJob } from '../adapters/jobs.ts'
import { untilElasticsearch } from '../adapters/retry.ts'
import { countAffected, readAffected } from '../adapters/rows.ts'
import { type Bell, createBell, until } from '../adapters/wait.ts'
import type { Change } from '../core/changes.ts'
import type { Epoch } from '../core/ledger.ts'
import { formatLsn, type Lsn, maxLsn } from '../core/lsn.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'

/** Keys of one source table whose documents have to be found: the epoch they hold, their first and last commit. */
type Keys = Map<string, { readonly epoch: Epoch; readonly first: Lsn; readonly lsn: Lsn }>

const LOOK_MS = 60_000
const LOAD_LOOK_MS = 20
const PAGE = 2_000
const KEYS_AT_ONCE = 500

export class Affected {
  readonly #context: Context
  readonly #pipeline: Pipeline
  readonly #onJob: () => void
  readonly #pending = new Map<string, Keys>()
  readonly #truncated: Epoch[] = []
  readonly #expandBell: Bell = createBell()
  readonly #rescanBell: Bell = createBell()
  #pagesUnderway = 0

  /** @param onJob called after a job was recorded */
  constructor(context: Context, pipeline: Pipeline, onJob: () => void) {
    this.#context = context
    this.#pipeline = pipeline
    this.#onJob = onJob
  }

  /** Take one change in; returns at once. */
  apply(change: Change): void {
    switch (change.kind) {
      case 'begin':
        return this.#pipeline.begin(change)
      case 'commit':
        return this.#pipeline.commit(change)
      case 'dirty':
        return this.#onDirty(change.table, change.key)
      case 'truncate':
        return this.#onTruncate(change.tables)
      case 'event':
        return // for the relay
      case 'relation':
        return this.#context.log.debug({ table: change.relation.table }, 'a table is described')
      default:
        throw new Error(`change not handled: ${change satisfies never}`)
    }
  }

  /** One page of a load, from its read to its durability: waits while a rescan begins, which waits for it. */
  async loadPage<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await until(() => !this.#pipeline.isHeld, LOAD_LOOK_MS, signal)
    this.#pagesUnderway += 1
    try {
      return await work()
    } finally {
      this.#pagesUnderway -= 1
    }
  }

  /** Runs until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.race([this.#expandLoop(signal), this.#rescanLoop(signal)])
  }

  #onDirty(table: string, key: string): void {
    this.#context.metrics.count('indexer_changes_total', { table })
    const rule = this.#context.mapping.affected[table]
    if (!rule) return
    if (rule.direct) this.#pipeline.dirty(key, this.#pipeline.ledger.current)
    else this.#expandLater(table, key)
  }

  #expandLater(table: string, key: string): void {
    const { ledger, version } = this.#pipeline
    const keys: Keys = this.#pending.get(table) ?? new Map()
    this.#pending.set(table, keys)
    const before = keys.get(key)
    if (!before) ledger.hold(ledger.current)
    keys.set(key, { epoch: before?.epoch ?? ledger.current, first: before?.first ?? version, lsn: version })
    this.#expandBell.ring()
  }

  #onTruncate(tables: readonly string[]): void {
    if (!tables.some((table) => this.#context.mapping.affected[table])) return
    const { ledger } = this.#pipeline
    ledger.hold(ledger.current)
    this.#truncated.push(ledger.current)
    this.#rescanBell.ring()
  }

  async #expandLoop(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#expandBell.wait(LOOK_MS, signal)
      for (let batch = this.#takeKeys(); batch; batch = this.#takeKeys()) {
        // A row that moves into a category beside its rename must be found: both commits visible first.
        await this.#pipeline.reads.visible(signal)
        const rule = this.#context.mapping.affected[batch.table]
        if (rule) await this.#expand(batch.table, rule, batch.keys)
        for (const { epoch } of batch.keys.values()) this.#pipeline.ledger.release(epoch)
      }
    }
  }

  /** Some keys of one table, removed from what is pending. */
  #takeKeys(): { readonly table: string; readonly keys: Keys } | null {
    for (const [table, keys] of this.#pending) {
      const taken: Keys = new Map([...keys].slice(0, KEYS_AT_ONCE))
      for (const key of taken.keys()) keys.delete(key)
      if (keys.size === 0) this.#pending.delete(table)
      return { table, keys: taken }
    }
    return null
  }

  async #expand(table: string, rule: AffectedRule, keys: Keys): Promise<void> {
    const { pool, mapping } = this.#context
    const { sql, countSql, fanOutAbove = Number.POSITIVE_INFINITY } = rule
    if (!sql) return
    const names = [...keys.keys()]
    const total = countSql ? await countAffected(pool, countSql, names) : 0
    if (total > fanOutAbove) {
      const lsn = [...keys.values()].reduce((most, key) => maxLsn(most, key.lsn), 0n)
      const first = [...keys.values()].reduce((least, key) => (key.first < least ? key.first : least), lsn)
      const job = await insertJob(pool, { mapping: mapping.name, source: table, keys: names, lsn, total })
      if (job !== null) this.#pipeline.fanOuts.open(job, first, this.#context.now()) // the commit begins there
      return this.#onJob()
    }
    const epoch = Math.min(...[...keys.values()].map((key) => key.epoch))
    for (let after = 0n, ids: string[] = []; ; after = BigInt(ids.at(-1) ?? 0)) {
      ids = await readAffected(pool, sql, names, after, PAGE)
      for (const id of ids) this.#pipeline.dirty(id, epoch)
      if (ids.length < PAGE) return
    }
  }

  async #rescanLoop(signal: AbortSignal): Promise<void> {
    const { log } = this.#context
    for (;;) {
      await this.#rescanBell.wait(LOOK_MS, signal)
      const epochs = this.#truncated.splice(0)
      if (epochs.length === 0) continue
      log.info(
        { lsn: formatLsn(this.#pipeline.version) },
        'a table was truncated: every document is read again',
      )
      await untilElasticsearch(() => this.#rescan(signal), 'a rescan', this.#context, signal)
      for (const epoch of epochs) this.#pipeline.ledger.release(epoch)
    }
  }

  /**
   * Every id of every index is read again. Reads that began before the TRUNCATE was visible are awaited first,
   * so that none of their writes can arrive unseen after the scan.
   */
  async #rescan(signal: AbortSignal): Promise<void> {
    const { client } = this.#context
    await this.#pipeline.reads.visible(signal)
    const goOn = await this.#pipeline.hold(signal)
    await until(() => this.#pagesUnderway === 0, LOAD_LOOK_MS, signal).finally(goOn)
    for (const { sink } of [...this.#pipeline.sinks]) {
      await client.indices.refresh({ index: sink.index }, { signal })
      for await (const page of scanIds(client, sink.index, { match_all: {} }, signal)) {
        await this.#pipeline.rewrite(page.map((hit) => hit.id))
      }
    }
  }
}
