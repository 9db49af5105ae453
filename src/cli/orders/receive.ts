/** `bin/aisle orders receive SKU QTY`: units arrive. Good for a first look at a shop that has none. */
import { userInfo } from 'node:os'
import { type Command, EXIT } from '../../command/command.ts'
import { ExitError } from '../../errors.ts'
import { isItem, readInventory } from '../../postgres/inv/inventory.ts'
import { readLocations } from '../../postgres/inv/locations.ts'
import { receiveStock } from '../../postgres/inv/stock.ts'
import { inTransaction, type Pool } from '../../postgres/pool.ts'
import { configOf } from '../environment.ts'
import { ERROR_MEANS, openPostgres } from './open-stock.ts'

const UNITS_MAX = 1_000_000

export const receiveCommand: Command = {
  name: 'receive',
  about: 'Put units of a SKU on the shelf; shoppers can have them within a second',
  positionals: 'SKU QTY',
  options: {
    loc: { type: 'string', value: 'N', about: 'Location that gets them', fallback: '1' },
    reason: { type: 'string', about: 'Why, for the ledger, such as the number of the delivery' },
    actor: { type: 'string', value: 'NAME', about: 'Who, for the ledger (default: your user name)' },
    json: { type: 'boolean', about: 'Print { sku, ver, available }' },
  },
  exits: { 2: ERROR_MEANS, 78: 'configuration' },
  examples: ['bin/aisle orders receive LAMP-7 20 --reason "delivery 4711"'],
  async run(args) {
    const { sku, qty } = unitsIn(args.positionals)
    const loc = args.integer('loc', 0)
    const reason = args.text('reason')?.trim()
    if (!reason) throw new ExitError(EXIT.usage, '--reason: say why; the ledger keeps it')
    const actor = args.text('actor') ?? userInfo().username
    const pool = await openPostgres(configOf(process.env))
    try {
      await requireItem(pool, sku)
      await requireLocation(pool, loc)
      const [step] = await inTransaction(pool, (tx) =>
        receiveStock(tx, [{ sku, loc, qty }], { reason, actor }),
      )
      const [now] = await readInventory(pool, [sku])
      const told = { sku, ver: step?.ver, available: now?.available }
      if (args.flag('json')) console.log(JSON.stringify(told))
      else console.log(`${sku}: ${qty} units received, ${told.available} available to shoppers.`)
      return EXIT.done
    } finally {
      await pool.end()
    }
  },
}

/** @throws ExitError(2) */
function unitsIn([sku, units, ...others]: readonly string[]): { readonly sku: string; readonly qty: number } {
  const qty = Number(units)
  if (!sku || others.length > 0 || !Number.isInteger(qty) || qty < 1 || qty > UNITS_MAX) {
    throw new ExitError(EXIT.usage, `expected SKU QTY, a quantity from 1 to ${UNITS_MAX}`)
  }
  return { sku, qty }
}

/** A mistyped SKU must not become stock of nothing. @throws ExitError(2) */
async function requireItem(pool: Pool, sku: string): Promise<void> {
  if (!(await isItem(pool, sku)))
    throw new ExitError(EXIT.usage, `no item of the catalogue has the sku ${JSON.stringify(sku)}`)
}

/** @throws ExitError(2) */
async function requireLocation(pool: Pool, loc: number): Promise<void> {
  const places = await readLocations(pool)
  if (places.some((place) => place.loc === loc)) return
  const known = places.map((place) => `${place.loc} (${place.name})`).join(', ')
  throw new ExitError(EXIT.usage, `--loc: there is no location ${loc}; known: ${known}`)
}
