/** `bin/aisle orders reconcile`: what Redis counts against what Postgres has, and setting it right under traffic. */
import { type Command, EXIT, type Parsed, table } from '../../command/command.ts'
import { startProgress } from '../../command/progress.ts'
import { ExitError } from '../../errors.ts'
import { compareStock, type StockComparison } from '../../orders/compare-stock.ts'
import { countSkus, listKnownSkus } from '../../postgres/inv/changed-skus.ts'
import type { Pool } from '../../postgres/pool.ts'
import { configOf } from '../environment.ts'
import { ERROR_MEANS, EXIT_ERROR, openStock } from './open-stock.ts'

/** A person reads some; a program gets all with --json. */
const SKUS_NAMED = 5

export const reconcileCommand: Command = {
  name: 'reconcile',
  about: 'Compare the counts in Redis with Postgres, SKU by SKU, while the shop sells; --fix sets them right',
  options: {
    'dry-run': { type: 'boolean', about: 'Only look; this is what it does without --fix' },
    fix: { type: 'boolean', about: 'Set counts that differ, and keep the findings in the drift report' },
    sku: { type: 'string', value: 'SKU', about: 'Only this one' },
    json: {
      type: 'boolean',
      about:
        'Print { compared, not_loaded, drift: [{ sku, before, expected, drift, cause, fixed }], busy, unanswered }',
    },
  },
  exits: {
    0: 'no drift',
    1: 'drift was found, also when --fix has set it right',
    2: ERROR_MEANS,
    78: 'configuration',
    130: 'stopped; what was set right until then stays',
  },
  examples: ['bin/aisle orders reconcile', 'bin/aisle orders reconcile --fix --sku LAMP-7'],
  async run(args, signal) {
    const isFix = isFixIn(args)
    const stock = await openStock(configOf(process.env))
    try {
      const skus = await skusOf(stock.pool, args.text('sku'))
      const bar = startProgress('reconcile', skus?.length ?? (await countSkus(stock.pool)), 'SKUs')
      const options = { skus, isFix, signal, onPage: (done: number) => bar.update(done) }
      const found = await compareStock(stock.comparing, options).finally(() => bar.stop())
      if (args.flag('json')) console.log(JSON.stringify(asJson(found)))
      else for (const line of report(found, isFix)) console.log(line)
      return exitOf(found)
    } finally {
      await stock.close()
    }
  },
}

/** @throws ExitError(2) for both */
function isFixIn(args: Parsed): boolean {
  if (args.flag('fix') && args.flag('dry-run')) {
    throw new ExitError(EXIT.usage, '--fix and --dry-run exclude each other')
  }
  return args.flag('fix')
}

/** @returns null: all. @throws ExitError(2) when no stock is kept of it */
async function skusOf(pool: Pool, sku: string | undefined): Promise<readonly string[] | null> {
  if (sku === undefined) return null
  const known = await listKnownSkus(pool, [sku])
  if (known.length === 0) throw new ExitError(EXIT.usage, `--sku: no stock is kept of ${JSON.stringify(sku)}`)
  return known
}

function asJson({ drift, ...rest }: StockComparison) {
  return { ...rest, drift: drift.map((row) => ({ ...row, drift: row.before - row.expected })) }
}

function report(found: StockComparison, isFix: boolean): string[] {
  const { compared, not_loaded, drift, busy, unanswered } = found
  const rows = drift.map(({ sku, before, expected, cause }) => [
    sku,
    String(before),
    String(expected),
    signed(before - expected),
    cause,
  ])
  const done = isFix && drift.length > 0 ? ', set right' : ''
  return [
    ...(rows.length > 0 ? [...table(['SKU', 'BEFORE', 'EXPECTED', 'DRIFT', 'CAUSE'], rows), ''] : []),
    `${drift.length} of ${compared} SKUs in Redis differ from Postgres${done}.`,
    ...(not_loaded > 0 ? [`Not in Redis, the next cart loads them: ${not_loaded}.`] : []),
    ...(busy.length > 0 ? [`Changing too fast to be compared: ${some(busy)}`] : []),
    ...(unanswered.length > 0 ? [`Redis gave no answer for: ${some(unanswered)}`] : []),
  ]
}

function exitOf({ drift, busy, unanswered }: StockComparison): number {
  if (busy.length + unanswered.length > 0) return EXIT_ERROR
  return drift.length > 0 ? EXIT.differences : EXIT.done
}

function signed(units: number): string {
  return units > 0 ? `+${units}` : String(units)
}

function some(skus: readonly string[]): string {
  const more = skus.length - SKUS_NAMED
  return more > 0 ? `${skus.slice(0, SKUS_NAMED).join(', ')} and ${more} more` : skus.join(', ')
}
