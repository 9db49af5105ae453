/** `bin/aisle seed`: a believable catalogue for machines without data. */
import { generateItems } from '../catalog/seed/generate.ts'
import { type Command, EXIT } from '../command/command.ts'
import type { PositionedItem } from '../postgres/load.ts'
import { configOf } from './environment.ts'
import { loadCatalogue, openCatalogue } from './load-catalogue.ts'

const BATCH_ROWS = 2_000

export const seedCommand: Command = {
  name: 'seed',
  about: 'Load a synthetic catalogue, the same for the same seed; running it again changes nothing',
  options: {
    items: { type: 'string', value: 'N', about: 'How many items', fallback: '20000' },
    seed: { type: 'string', value: 'S', about: 'Another number gives another catalogue', fallback: '1' },
    json: { type: 'boolean', about: 'Print the report as JSON' },
  },
  exits: {
    3: 'the database is away or not migrated',
    78: 'configuration',
    130: 'stopped; whole batches are loaded',
  },
  examples: ['bin/aisle seed --items 2000'],
  async run(args, signal) {
    const config = configOf(process.env)
    const [count, seed] = [args.integer('items', 1), args.integer('seed', 0)]
    const pool = await openCatalogue(config.DATABASE_URL)
    try {
      const report = await loadCatalogue(pool, batchesOf(count, seed), {
        currency: config.AISLE_CURRENCY,
        batchSize: BATCH_ROWS,
        signal,
        onRead: () => undefined,
        onRefused: (row) => {
          throw new Error(`a synthetic item was refused: ${row.reason}`)
        },
      })
      if (args.flag('json')) console.log(JSON.stringify({ items: count, seed, ...report }))
      else {
        console.log(
          `${report.inserted} items are new, ${report.updated} changed, ${report.unchanged} are as before.`,
        )
      }
      return EXIT.done
    } finally {
      await pool.end()
    }
  },
}

/** Generated in batches; the event loop gets its turn between two. */
async function* batchesOf(count: number, seed: number): AsyncGenerator<PositionedItem[]> {
  let batch: PositionedItem[] = []
  let position = 0
  for (const item of generateItems(count, seed)) {
    position += 1
    batch.push({ position, item })
    if (batch.length < BATCH_ROWS) continue
    yield await Promise.resolve(batch)
    batch = []
  }
  if (batch.length > 0) yield batch
}
