/** `bin/aisle import FILE`: load a file of products into the catalogue. */
import type { Pool } from 'pg'
import { type Command, EXIT, type Parsed } from '../command/command.ts'
import { startProgress } from '../command/progress.ts'
import { ExitError, messageOf } from '../errors.ts'
import { configOf } from './environment.ts'
import { type Reading, readItems } from './import/items.ts'
import { type LineSource, openLines } from './import/lines.ts'
import { namedMapping } from './import/mapping.ts'
import { readRecords } from './import/records.ts'
import { Refusals } from './import/refusals.ts'
import { type LoadReport, loadCatalogue, openCatalogue } from './load-catalogue.ts'

export const importCommand: Command = {
  name: 'import',
  about: 'Load products from JSON lines or CSV, plain or gzip; running it again changes nothing',
  positionals: 'FILE',
  options: {
    mapping: {
      type: 'string',
      value: 'NAME|FILE',
      about: 'icecat, pc-parts, plain, or a mapping file; without it, told by the fields of the file',
    },
    batch: { type: 'string', value: 'N', about: 'Rows in one transaction', fallback: '2000' },
    refused: { type: 'string', value: 'FILE', about: 'Write every refused row there, as JSON lines' },
    'dry-run': { type: 'boolean', about: 'Read and check the file, change nothing' },
    json: { type: 'boolean', about: 'Print the report as JSON, with every refused row' },
  },
  exits: {
    1: 'rows were refused; all others are loaded',
    3: 'the file cannot be read, is in another currency, or the database is away or not migrated; nothing is loaded',
    78: 'configuration',
    130: 'stopped; whole batches are loaded',
  },
  examples: ['bin/aisle import products.jsonl.gz', 'bin/aisle import feed.csv --mapping feed-mapping.json'],
  async run(args, signal) {
    const [path, ...others] = args.positionals
    if (path === undefined || others.length > 0) throw new ExitError(EXIT.usage, 'expected one FILE')
    const config = configOf(process.env)
    const mapping = args.text('mapping')
    const reading: Reading = {
      mapping: mapping === undefined ? null : await namedMapping(mapping),
      rows: 0,
      unused: new Set(),
    }
    const refusals = new Refusals({ path: args.text('refused'), keepAll: args.flag('json') })
    const source = await openFile(path)
    const pool = args.flag('dry-run') ? null : await openCatalogue(config.DATABASE_URL)
    try {
      const run = { source, reading, refusals, currency: config.AISLE_CURRENCY, pool, signal }
      const report = await importFile(run, args.integer('batch', 1))
      printReport(args, path, run, report)
      return refusals.rows > 0 ? EXIT.differences : EXIT.done
    } finally {
      await refusals.close()
      await pool?.end()
    }
  },
}

type Run = {
  readonly source: LineSource
  readonly reading: Reading
  readonly refusals: Refusals
  readonly currency: string
  /** null: only check. */
  readonly pool: Pool | null
  readonly signal: AbortSignal
}

async function openFile(path: string): Promise<LineSource> {
  try {
    return await openLines(path)
  } catch (thrown) {
    throw new ExitError(EXIT.preflight, `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
}

/** Read, check and load; null in a dry run. */
async function importFile(run: Run, batchSize: number): Promise<LoadReport | null> {
  const { source, refusals, reading, currency, pool, signal } = run
  const progress = startProgress('read', 0, 'rows')
  const items = readItems(readRecords(readable(source)), {
    currency,
    batchSize,
    refusals,
    reading,
    onRows(rows) {
      const share = source.bytesRead() / Math.max(1, source.size_bytes)
      progress.setTotal(Math.max(rows, Math.round(rows / Math.max(0.001, share))))
      progress.update(rows, `${refusals.rows} refused`)
    },
  })
  try {
    if (pool) {
      const onRefused = (row: { position: number; reason: string }) =>
        refusals.add(row.position, [{ field: 'row', reason: row.reason }])
      return await loadCatalogue(pool, items, {
        currency,
        batchSize,
        signal,
        onRefused,
        onRead: progress.stop,
      })
    }
    for await (const _ of items) signal.throwIfAborted()
    progress.stop()
    return null
  } catch (thrown) {
    progress.stop()
    throw thrown
  }
}

/** Lines of the file; a file that breaks off is a stop, because its end is missing. */
async function* readable(source: LineSource): LineSource['lines'] {
  try {
    yield* source.lines
  } catch (thrown) {
    throw new ExitError(EXIT.preflight, `the file cannot be read to its end: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}

function printReport(args: Parsed, path: string, run: Run, report: LoadReport | null): void {
  const { reading, refusals } = run
  const unused = [...reading.unused]
  if (args.flag('json')) {
    console.log(
      JSON.stringify({
        file: path,
        mapping: reading.mapping?.name ?? null,
        rows: reading.rows,
        ...report,
        unused_fields: unused,
        refused: refusals.rows,
        refusals: refusals.kept,
      }),
    )
    return
  }
  for (const line of refusals.summary()) console.error(line)
  if (unused.length > 0) console.error(`Fields that the mapping does not use: ${unused.join(', ')}`)
  console.log(
    report ? loadedText(report) : `${reading.rows - refusals.rows} rows are good. Nothing was changed.`,
  )
}

function loadedText(report: LoadReport): string {
  const { inserted, updated, unchanged, duplicates, categories_created } = report
  return [
    `${inserted} items are new, ${updated} changed, ${unchanged} are as before.`,
    ...(duplicates > 0 ? [`${duplicates} rows were replaced by a later row of the same sku.`] : []),
    ...(categories_created > 0 ? [`${categories_created} categories are new.`] : []),
  ].join('\n')
}
