/** `bin/aisle orders verify`: the invariants of the order path, asked of Postgres and of Redis. */
import { type Command, EXIT } from '../../command/command.ts'
import { type Progress, startProgress } from '../../command/progress.ts'
import { type GateBreach, type GateVerified, verifyGate } from '../../orders/verify-gate.ts'
import { type Breach, verifyInventory } from '../../postgres/inv/verify.ts'
import { INVARIANTS } from '../../postgres/inv/verify-check.ts'
import { configOf } from '../environment.ts'
import { ERROR_MEANS, EXIT_ERROR, openStock } from './open-stock.ts'

const ALL = [...INVARIANTS, 'I12'] as const

/** What each promises, for the report. */
const PROMISES: Readonly<Record<(typeof ALL)[number], string>> = {
  I1: 'nothing is oversold, and the guards are in place',
  I2: 'held and committed are the sums of holds and orders',
  I3: 'every counter is the sum of its ledger, without gaps',
  I4: 'what came in is there or was sent',
  I5: 'holds, orders and money agree',
  I6: 'no effect without its recorded answer',
  I7: 'nobody has more than a limit allows',
  I8: 'no hold is overdue',
  I11: 'each change was told exactly once',
  I12: 'Redis counts what Postgres has',
}

export const verifyCommand: Command = {
  name: 'verify',
  about: 'Check the invariants of stock, holds, orders and money; the shop may go on selling',
  options: {
    json: {
      type: 'boolean',
      about: 'Print { checked: [invariant], breaches: [{ invariant, what, row }], busy, unanswered }',
    },
  },
  exits: {
    0: 'every invariant holds',
    1: 'some rows break one; they are listed, at most 100 of each kind',
    2: ERROR_MEANS,
    78: 'configuration',
    130: 'stopped',
  },
  examples: ['bin/aisle orders verify', 'bin/aisle orders verify --json | jq .breaches'],
  async run(args, signal) {
    const stock = await openStock(configOf(process.env))
    try {
      const bar = startProgress('verify', 0, 'checks')
      const [rows, gate] = await checkAll(stock, signal, bar).finally(() => bar.stop())
      const breaches = [...rows, ...gate.breaches]
      if (args.flag('json')) console.log(JSON.stringify({ checked: ALL, ...gate, breaches }))
      else for (const line of report(breaches, gate)) console.log(line)
      if (breaches.length > 0) return EXIT.differences
      return gate.busy.length + gate.unanswered.length > 0 ? EXIT_ERROR : EXIT.done
    } finally {
      await stock.close()
    }
  },
}

async function checkAll(
  { pool, open, comparing }: Awaited<ReturnType<typeof openStock>>,
  signal: AbortSignal,
  bar: Progress,
): Promise<readonly [Breach[], GateVerified]> {
  let checks = 0
  const onCheck = (done: number, of: number) => {
    checks = of + 1 // and Redis
    bar.setTotal(checks)
    bar.update(done)
  }
  const rows = await verifyInventory(pool, { signal, onCheck })
  const gate = await verifyGate({ ...comparing, open }, signal)
  bar.update(checks)
  return [rows, gate]
}

function report(breaches: readonly (Breach | GateBreach)[], { busy, unanswered }: GateVerified): string[] {
  const found = Map.groupBy(breaches, ({ invariant }) => invariant)
  const unknown = busy.length + unanswered.length
  return [
    ...ALL.flatMap((invariant) => {
      const [first, ...rest] = found.get(invariant) ?? []
      if (!first) return [`${invariant.padEnd(4)} ok      ${PROMISES[invariant]}`]
      return [
        `${invariant.padEnd(4)} BROKEN  ${PROMISES[invariant]}`,
        ...[first, ...rest].map(({ what, row }) => `       ${what}: ${JSON.stringify(row)}`),
      ]
    }),
    '',
    breaches.length === 0 ? 'Every invariant holds.' : `${breaches.length} rows break an invariant.`,
    ...(unknown > 0 ? [`${unknown} SKUs could not be compared with Redis.`] : []),
  ]
}
