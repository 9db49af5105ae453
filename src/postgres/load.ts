/**
 * Loading of checked items: stage them all, then write whole batches. Nothing reaches the catalogue before the
 * whole file was read; a stop between two batches leaves whole batches. Memory is bounded by one batch and the
 * number of categories.
 */
import pg, { type Pool, type PoolClient } from 'pg'
import type { ImportItem } from '../catalog/import/item.ts'
import { CategoryIds } from './category-ids.ts'
import {
  batchRanges,
  createStaging,
  dropEarlierDuplicates,
  type PositionRange,
  type StagedItem,
  stageItems,
  type WriteCounts,
  writeItems,
  writeMissingAvailability,
  writePopularity,
} from './import.ts'

/** An item and the line it came from. */
export type PositionedItem = { readonly position: number; readonly item: ImportItem }

/** A row that Postgres refused although the checks passed: a check is missing in our code. */
export type RefusedRow = { readonly position: number; readonly reason: string }

export type LoadOptions = {
  readonly currency: string
  readonly batchSize: number
  readonly signal: AbortSignal
  /** Called before the first batch with 0, and after each batch that was committed. */
  readonly onBatch: (rows: number, total: number) => void
  readonly onRefused: (row: RefusedRow) => void
}

export type LoadCounts = WriteCounts & { readonly duplicates: number; readonly categories_created: number }

/** Waiting for rows that others are changing: longer than any ordinary transaction, shorter than patience. */
const SESSION_SETTINGS = `set lock_timeout = '30s'; set temp_buffers = '64MB'; set jit = off`

/**
 * Load items in the order of their positions.
 * @param pool of at least 2 connections: the session of the load, and one that creates categories
 * @param items in batches; what a file reader yields
 * @throws the signal's reason when stopped
 */
export async function loadItems(
  pool: Pool,
  items: AsyncIterable<readonly PositionedItem[]>,
  options: LoadOptions,
): Promise<LoadCounts> {
  const session = await pool.connect()
  try {
    await session.query(SESSION_SETTINGS)
    await createStaging(session)
    const categories = new CategoryIds(pool)
    for await (const batch of items) {
      options.signal.throwIfAborted()
      await stageBatch(session, await withCategories(batch, categories), options.onRefused)
    }
    const duplicates = await dropEarlierDuplicates(session)
    const counts = await writeBatches(session, options)
    return { ...counts, duplicates, categories_created: categories.created }
  } finally {
    session.release(true) // ends the session, and with it the staging table and the settings
  }
}

async function withCategories(
  batch: readonly PositionedItem[],
  categories: CategoryIds,
): Promise<StagedItem[]> {
  const staged: StagedItem[] = []
  for (const { position, item } of batch) {
    staged.push({ position, item, category_id: await categories.idOf(item.category) })
  }
  return staged
}

/** Stage a batch; when Postgres refuses a row of it, find that row by halves and stage the rest. */
async function stageBatch(
  session: PoolClient,
  batch: readonly StagedItem[],
  onRefused: LoadOptions['onRefused'],
): Promise<void> {
  const [first] = batch
  if (!first) return
  try {
    await stageItems(session, batch)
  } catch (thrown) {
    if (!isDataFault(thrown)) throw thrown
    if (batch.length === 1) return onRefused({ position: first.position, reason: thrown.message })
    const middle = batch.length >> 1
    await stageBatch(session, batch.slice(0, middle), onRefused)
    await stageBatch(session, batch.slice(middle), onRefused)
  }
}

async function writeBatches(session: PoolClient, options: LoadOptions): Promise<WriteCounts> {
  let total = NOTHING
  const batches = await batchRanges(session, options.batchSize)
  const rows = batches.reduce((count, batch) => count + batch.rows, 0)
  let done = 0
  options.onBatch(done, rows)
  for (const batch of batches) {
    options.signal.throwIfAborted()
    total = sum(total, await writeRange(session, batch, options))
    done += batch.rows
    options.onBatch(done, rows)
  }
  return total
}

/** One batch in one transaction; a refused row is found by halves, a lost race is tried again. */
async function writeRange(
  session: PoolClient,
  range: PositionRange,
  options: LoadOptions,
  attemptsLeft = ATTEMPTS,
): Promise<WriteCounts> {
  try {
    await session.query('begin')
    const counts = await writeItems(session, range, options.currency)
    await writeMissingAvailability(session, range)
    await writePopularity(session, range)
    await session.query('commit')
    return counts
  } catch (thrown) {
    await session.query('rollback')
    if (isLostRace(thrown) && attemptsLeft > 0) return writeRange(session, range, options, attemptsLeft - 1)
    if (!isDataFault(thrown)) throw thrown
    if (range.first === range.last) {
      options.onRefused({ position: range.first, reason: thrown.message })
      return NOTHING
    }
    const middle = range.first + Math.floor((range.last - range.first) / 2)
    const lower = await writeRange(session, { first: range.first, last: middle }, options)
    return sum(lower, await writeRange(session, { first: middle + 1, last: range.last }, options))
  }
}

/** A lost race is lost to somebody who moved on; five in a row are something else. */
const ATTEMPTS = 5

const NOTHING: WriteCounts = { inserted: 0, updated: 0, unchanged: 0 }

function sum(a: WriteCounts, b: WriteCounts): WriteCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
  }
}

/** SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded. */
const DATA_FAULT = /^(22|23|54)/
/** Serialization failure, deadlock. */
const LOST_RACE = new Set(['40001', '40P01'])

function isDataFault(thrown: unknown): thrown is pg.DatabaseError {
  return thrown instanceof pg.DatabaseError && DATA_FAULT.test(thrown.code ?? '')
}

function isLostRace(thrown: unknown): boolean {
  return thrown instanceof pg.DatabaseError && LOST_RACE.has(thrown.code ?? '')
}
