/**
 * `bin/aisle orders first-count`: shelves for a catalogue that has none, so that it can be sold. The units are made up to fit
 * what the catalogue says of each item; a real shop receives its own.
 */
import { userInfo } from 'node:os'
import { type Command, EXIT } from '../../command/command.ts'
import { startProgress } from '../../command/progress.ts'
import { beginCounting, readUncounted, type Uncounted } from '../../postgres/inv/first-stock.ts'
import { receiveStock } from '../../postgres/inv/stock.ts'
import { inTransaction, type Pool } from '../../postgres/pool.ts'
import { configOf } from '../environment.ts'
import { ERROR_MEANS, openPostgres } from './open-stock.ts'

/** One transaction each: about 0.1 s, so that a sale beside it does not wait. */
const SKUS_A_STEP = 1_000
const LOCATION = 1
/** Search calls up to 5 units low unless the SKU says otherwise. */
const FEW = 5
const PLENTY = 20
const SPREAD = 60

export const firstCountCommand: Command = {
  name: 'first-count',
  about: 'Give items that have no stock made-up units, by what the catalogue says of them; for a trial shop',
  options: { json: { type: 'boolean', about: 'Print { skus, units }' } },
  exits: { 2: ERROR_MEANS, 78: 'configuration', 130: 'stopped; what was counted stays' },
  examples: ['bin/aisle orders first-count'],
  async run(args, signal) {
    const pool = await openPostgres(configOf(process.env))
    try {
      const { skus, units } = await countAll(pool, signal)
      if (args.flag('json')) console.log(JSON.stringify({ skus, units }))
      else
        console.log(
          skus === 0
            ? 'Every item that has a price is counted already.'
            : `${skus} SKUs have ${units} units.`,
        )
      return EXIT.done
    } finally {
      await pool.end()
    }
  },
}

async function countAll(pool: Pool, signal: AbortSignal): Promise<{ skus: number; units: number }> {
  const because = { reason: 'first count, made up', actor: userInfo().username }
  const progress = startProgress('count', 0, 'SKUs')
  let [skus, units] = [0, 0]
  try {
    for (let after = ''; ; ) {
      signal.throwIfAborted()
      const page = await readUncounted(pool, after, SKUS_A_STEP)
      if (page.length === 0) return { skus, units }
      const found = page.map((item) => ({ sku: item.sku, loc: LOCATION, qty: unitsOf(item) }))
      await inTransaction(pool, async (tx) => {
        await beginCounting(
          tx,
          page.map(({ sku }) => sku),
        )
        await receiveStock(
          tx,
          found.filter(({ qty }) => qty > 0),
          because,
        )
      })
      skus += page.length
      units += found.reduce((sum, { qty }) => sum + qty, 0)
      progress.update(skus)
      after = page.at(-1)?.sku ?? after
    }
  } finally {
    progress.stop()
  }
}

/** The same item gets the same number each time. */
function unitsOf({ sku, availability }: Uncounted): number {
  if (availability === 'out_of_stock') return 0
  const mix = Array.from(sku).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 7)
  return availability === 'low' ? 1 + (mix % FEW) : PLENTY + (mix % SPREAD)
}
