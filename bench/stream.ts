/** The change stream of the indexer, from commit to searchable: rate, latency, one large transaction, a rename. */
import type { Benchmark, Figure } from './benchmark.ts'
import { type Place, seed, untilShown, withPlace } from './place.ts'
import { withProcess } from './processes.ts'
import { spreadOf } from './statistics.ts'
import { renameSeconds, transactionSeconds } from './stream-at-once.ts'
import { latencies } from './stream-latency.ts'
import { sustain } from './stream-rate.ts'

const ITEMS = 100_000
/** Paced a little above the rate that has to be kept. */
const RATE = 6_000
const LATENCY_RATE = 1_000
const TRANSACTION_ROWS = 20_000
const CATEGORY_ITEMS = 5_000

export const stream: Benchmark = {
  name: 'stream',
  about: 'changes from commit to searchable: rate, latency, one large transaction, a renamed category',
  run: (setting) =>
    withPlace(setting, 'stream', async (place) => {
      await seed(place, ITEMS)
      return await withProcess(setting, 'indexer', place.env, async () => {
        await untilShown(place, ITEMS)
        const seconds = 2 * setting.seconds
        const figures = [
          ...(await latencyFigures(place, seconds)),
          ...(await rateFigures(place, seconds)),
          ...(await atOnceFigures(place)),
        ]
        return {
          conditions: [
            `${ITEMS} items; refresh every 200 ms at most; latency counts from before the statement of a change is sent`,
            `rate: transactions of one row, ${RATE}/s for ${seconds} s, written by two sessions that do not wait for the disk`,
          ],
          figures,
        }
      })
    }),
}

async function latencyFigures({ setting, ...rest }: Place, seconds: number): Promise<Figure[]> {
  const rounds: { p50: number; p99: number; rate: number }[] = []
  for (let round = 0; round < setting.rounds; round++) {
    rounds.push(await latencies({ setting, ...rest }, LATENCY_RATE, seconds))
    setting.say(`latency: ${JSON.stringify(rounds.at(-1))}`)
  }
  const at = `at ${LATENCY_RATE} changes/s`
  return [
    figure(
      `commit to searchable ${at}, p50`,
      'ms',
      rounds.map(({ p50 }) => p50),
      { atMost: 250 },
    ),
    figure(
      `commit to searchable ${at}, p99`,
      'ms',
      rounds.map(({ p99 }) => p99),
      { atMost: 600 },
    ),
    figure(
      'changes/s written meanwhile',
      '/s',
      rounds.map(({ rate }) => rate),
      null,
    ),
  ]
}

async function rateFigures(place: Place, seconds: number): Promise<Figure[]> {
  const rounds: { rate: number; halfway: number; end: number }[] = []
  for (let round = 0; round < place.setting.rounds; round++) {
    rounds.push(await sustain(place, RATE, seconds))
    place.setting.say(`rate: ${JSON.stringify(rounds.at(-1))}`)
  }
  return [
    figure(
      'changes/s, written and searchable',
      '/s',
      rounds.map(({ rate }) => rate),
      { atLeast: 5_000 },
    ),
    figure(
      'behind when half is written',
      'changes',
      rounds.map(({ halfway }) => halfway),
      null,
    ),
    // A second of changes: between two refreshes some are always on their way.
    figure(
      'behind when all is written',
      'changes',
      rounds.map(({ end }) => end),
      { atMost: RATE },
    ),
  ]
}

async function atOnceFigures(place: Place): Promise<Figure[]> {
  const [transaction, rename]: [number[], number[]] = [[], []]
  for (let round = 0; round < place.setting.rounds; round++) {
    transaction.push(await transactionSeconds(place, TRANSACTION_ROWS))
    rename.push(await renameSeconds(place, CATEGORY_ITEMS))
    place.setting.say(`at once: ${transaction.at(-1)?.toFixed(2)} s, rename ${rename.at(-1)?.toFixed(2)} s`)
  }
  return [
    figure(`one transaction of ${TRANSACTION_ROWS} rows, to searchable`, 's', transaction, { atMost: 2.5 }),
    figure(`category of ${CATEGORY_ITEMS} items renamed, to searchable`, 's', rename, { atMost: 1 }),
  ]
}

function figure(name: string, unit: string, values: readonly number[], target: Figure['target']): Figure {
  return { name, unit, spread: spreadOf(values), target }
}
