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
import { createBell, until } from '../adapters/wait.ts'
import type { Change } from '../core/changes.ts'
import type { Epoch } from '../core/ledger.ts'
import { formatLsn, type Lsn, maxLsn } from '../core/lsn.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'

export type Affected = {
  /** Take one change in; returns at once. */
  apply(change: Change): void
  /** A load may read its next page. Pages under way are counted, so that a rescan can wait for them. */
  loadPage<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>
  run(signal: AbortSignal): Promise<void>
}

/** Keys of one source table whose documents have to be found. */
type Pending = Map<string, { epoch: Epoch; lsn: Lsn }>

const LOOK_MS = 60_000
const PAGE = 2_000
const KEYS_AT_ONCE = 500
const LOAD_LOOK_MS = 20

/** @param onJob called after a job was recorded */
export function createAffected(context: Context, pipeline: Pipeline, onJob: () => void): Affected {
  const { mapping, metrics, pool } = context
  const { ledger } = pipeline
  const pending = new Map<string, Pending>()
  const rescans: Epoch[] = []
  const expandBell = createBell()
  const rescanBell = createBell()
  let loading = 0

  const expandLater = (table: string, key: string): void => {
    const keys = pending.get(table) ?? new Map()
    pending.set(table, keys)
    const before = keys.get(key)
    if (!before) ledger.hold(ledger.current)
    keys.set(key, { epoch: before?.epoch ?? ledger.current, lsn: pipeline.version })
    expandBell.ring()
  }
  const onDirty = (table: string, key: string): void => {
    metrics.count('indexer_changes_total', { table })
    const rule = mapping.affected[table]
    if (!rule) return
    if (rule.direct) pipeline.dirty(key, ledger.current)
    else expandLater(table, key)
  }
  const onTruncate = (tables: readonly string[]): void => {
    if (!tables.some((table) => mapping.affected[table])) return
    ledger.hold(ledger.current)
    rescans.push(ledger.current)
    rescanBell.ring()
  }

  /** Find the documents of keys taken together; every commit that changed them is visible when this is called. */
  const expand = async (table: string, rule: AffectedRule, keys: Pending): Promise<void> => {
    const { sql, countSql, fanOutAbove = Number.POSITIVE_INFINITY } = rule
    if (!sql) return
    const names = [...keys.keys()]
    const total = countSql ? await countAffected(pool, countSql, names) : 0
    const lsn = [...keys.values()].reduce((most, key) => maxLsn(most, key.lsn), 0n)
    if (total > fanOutAbove) {
      await insertJob(pool, { mapping: mapping.name, source: table, keys: names, lsn, total })
      onJob()
    } else {
      const epoch = Math.min(...[...keys.values()].map((key) => key.epoch))
      for (let after = 0n, ids: string[] = []; ; after = BigInt(ids.at(-1) ?? 0)) {
        ids = await readAffected(pool, sql, names, after, PAGE)
        for (const id of ids) pipeline.dirty(id, epoch)
        if (ids.length < PAGE) break
      }
    }
    for (const { epoch } of keys.values()) ledger.release(epoch)
  }
  const expandLoop = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await expandBell.wait(LOOK_MS, signal)
      for (let batch = takeKeys(pending); batch; batch = takeKeys(pending)) {
        await pipeline.visible(signal)
        const rule = mapping.affected[batch.table]
        if (rule) await expand(batch.table, rule, batch.keys)
      }
    }
  }

  /**
   * Every id of every index is read again. Reads that began before the TRUNCATE was visible are awaited first,
   * so that none of their writes can arrive unseen after the scan.
   */
  const rescan = async (signal: AbortSignal): Promise<void> => {
    await pipeline.visible(signal)
    const goOn = await pipeline.hold(signal)
    await until(() => loading === 0, LOAD_LOOK_MS, signal).finally(goOn)
    for (const { sink } of [...pipeline.sinks]) {
      await context.client.indices.refresh({ index: sink.index }, { signal })
      for await (const page of scanIds(context.client, sink.index, { match_all: {} }, signal)) {
        await pipeline.rewrite(page.map((hit) => hit.id))
      }
    }
  }
  const rescanLoop = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await rescanBell.wait(LOOK_MS, signal)
      const epochs = rescans.splice(0)
      if (epochs.length === 0) continue
      context.log.info(
        { lsn: formatLsn(pipeline.version) },
        'a table was truncated: every document is read again',
      )
      await untilElasticsearch(() => rescan(signal), 'a rescan', context, signal)
      for (const epoch of epochs) ledger.release(epoch)
    }
  }

  return {
    apply(change) {
      switch (change.kind) {
        case 'begin':
          return pipeline.begin(change)
        case 'commit':
          return pipeline.commit(change)
        case 'dirty':
          return onDirty(change.table, change.key)
        case 'truncate':
          return onTruncate(change.tables)
        case 'event':
          return context.listeners.event?.(change.row, pipeline.version)
        case 'relation':
          return context.log.debug({ table: change.relation.table }, 'a table is described')
        default:
          throw new Error(`change not handled: ${change satisfies never}`)
      }
    },
    async loadPage(work, signal) {
      await until(() => !pipeline.isHeld, LOAD_LOOK_MS, signal)
      loading += 1
      try {
        return await work()
      } finally {
        loading -= 1
      }
    },
    async run(signal) {
      await Promise.race([expandLoop(signal), rescanLoop(signal)])
    },
  }
}

/** Some keys of one table, removed from what is pending. */
function takeKeys(pending: Map<string, Pending>): { table: string; keys: Pending } | null {
  for (const [table, keys] of pending) {
    const taken = new Map([...keys].slice(0, KEYS_AT_ONCE))
    for (const key of taken.keys()) keys.delete(key)
    if (keys.size === 0) pending.delete(table)
    return { table, keys: taken }
  }
  return null
}
