/** `bin/aisle orders stock SKU`: what the shop has of one SKU, and how it came to that. */
import { type Command, EXIT, table } from '../../command/command.ts'
import { ExitError } from '../../errors.ts'
import { readInventory, readShelves } from '../../postgres/inv/inventory.ts'
import { type LedgerRow, readLedger } from '../../postgres/inv/ledger.ts'
import { configOf } from '../environment.ts'
import { ERROR_MEANS, openPostgres } from './open-stock.ts'

export const stockCommand: Command = {
  name: 'stock',
  about: 'Show the shelves of a SKU and the last changes of them, with who made them and why',
  positionals: 'SKU',
  options: {
    changes: { type: 'string', value: 'N', about: 'How many of the last changes', fallback: '10' },
    json: { type: 'boolean', about: 'Print { sku, available, ver, shelves: [...], ledger: [...] }' },
  },
  exits: { 1: 'no stock is kept of it', 2: ERROR_MEANS, 78: 'configuration' },
  examples: ['bin/aisle orders stock LAMP-7'],
  async run(args) {
    const [sku, ...others] = args.positionals
    if (sku === undefined || others.length > 0) throw new ExitError(EXIT.usage, 'expected one SKU')
    const limit = args.integer('changes', 0)
    const pool = await openPostgres(configOf(process.env))
    try {
      const [known] = await readInventory(pool, [sku])
      if (!known) throw new ExitError(EXIT.differences, `no stock is kept of ${JSON.stringify(sku)}`)
      const shelves = await readShelves(pool, [sku])
      const ledger = await readLedger(pool, sku, { before: null, limit })
      if (args.flag('json')) console.log(JSON.stringify({ ...known, shelves, ledger }))
      else {
        console.log(`${sku}: ${known.available} available to shoppers (version ${known.ver})\n`)
        const counts = shelves.map(({ loc, on_hand, held, committed, safety }) =>
          [loc, on_hand, held, committed, safety].map(String),
        )
        for (const line of table(['LOCATION', 'ON HAND', 'HELD', 'COMMITTED', 'SAFETY'], counts))
          console.log(line)
        const changes = table(
          ['VERSION', 'AT', 'LOCATION', 'KIND', 'CHANGE', 'ACTOR', 'FOR'],
          ledger.map(cellsOf),
        )
        if (ledger.length > 0) for (const line of ['', ...changes]) console.log(line)
      }
      return EXIT.done
    } finally {
      await pool.end()
    }
  },
}

function cellsOf(row: LedgerRow): string[] {
  const changes = [
    ['on hand', row.d_on_hand],
    ['held', row.d_held],
    ['committed', row.d_committed],
    ['safety', row.d_safety],
  ] as const
  const said = changes
    .filter(([, units]) => units !== 0)
    .map(([of, units]) => `${of} ${units > 0 ? '+' : ''}${units}`)
  const at = row.at.toISOString().slice(0, 19).replace('T', ' ')
  return [String(row.ver), at, String(row.loc), row.kind, said.join(', '), row.actor ?? '-', row.ref ?? '-']
}
