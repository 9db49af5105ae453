/**
 * The initial load by the indexer against a plain loop (`load-floor.ts`) that never has to go on where it stopped. The
 * indexer runs as a process; its log says when a build began and when all of it was written. Its first build is the
 * initial load, those after it are asked for: it is the same code, beside an index that search reads.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import items from '../mappings/items.ts'
import { CHECKOUT } from '../stack/state.ts'
import type { Benchmark } from './benchmark.ts'
import { plainLoad } from './load-floor.ts'
import { type Place, seed, untilShown, withPlace } from './place.ts'
import { type Running, run, withProcess } from './processes.ts'
import { ratios, spreadOf } from './statistics.ts'

const ITEMS = 100_000
const OPEN_BULKS = [1, 2, 4]

export const load: Benchmark = {
  name: 'load',
  about: 'initial load by the indexer against a plain loop with the same rows and bulks',
  run: (setting) =>
    withPlace(setting, 'load', async (place) => {
      await seed(place, ITEMS)
      await plainLoad(place, items, 1) // warms both servers
      return await withProcess(
        setting,
        'indexer',
        { ...place.env, AISLE_LOG_LEVEL: 'info' },
        async (indexer) => {
          const [ours, floor]: [number[], number[]] = [[], []]
          for (let round = 0; round < setting.rounds; round++) {
            if (round > 0) await rebuild(place)
            await untilShown(place, ITEMS)
            ours.push(ITEMS / lastLoadSeconds(indexer))
            floor.push(await bestPlainLoad(place))
            setting.say(
              `round ${round + 1}: ${ours.at(-1)?.toFixed(0)} of ${floor.at(-1)?.toFixed(0)} documents/s`,
            )
          }
          return {
            conditions: [
              `${ITEMS} items, index of one shard, bulks of 1,000; the floor is the best of ${OPEN_BULKS.join(', ')} open bulks`,
            ],
            figures: [
              {
                name: 'documents/s, indexer of plain loop',
                unit: 'ratio',
                spread: spreadOf(ratios(ours, floor)),
                target: { atLeast: 0.8 },
              },
              { name: 'documents/s, indexer', unit: '/s', spread: spreadOf(ours), target: null },
              { name: 'documents/s, plain loop', unit: '/s', spread: spreadOf(floor), target: null },
            ],
          }
        },
      )
    }),
}

async function bestPlainLoad(place: Place): Promise<number> {
  const rates: number[] = []
  for (const open of OPEN_BULKS) rates.push(await plainLoad(place, items, open))
  return Math.max(...rates)
}

/** Asked for, and done by the indexer that runs. */
function rebuild({ setting, env }: Place): Promise<string> {
  return run(setting, [join(CHECKOUT, 'indexer/main.ts'), 'reindex', '--keep', '0'], env)
}

type Line = { readonly time?: string; readonly msg?: string; readonly phase?: string }

/** From the begin of the last build to the end of its load: every document is durable then. */
function lastLoadSeconds({ logFile }: Running): number {
  const lines = readFileSync(logFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const begun = lines.findLast(({ msg }) => msg === 'an index is being built')
  const ended = lines.findLast(({ phase }) => phase === 'catch_up')
  if (!begun?.time || !ended?.time) throw new Error(`${logFile} does not tell of a build`)
  return (Date.parse(ended.time) - Date.parse(begun.time)) / 1_000
}
