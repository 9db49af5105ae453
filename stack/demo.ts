/** `npm run demo`: one command from a clone to an open shop page. */
import { parseArgs } from 'node:util'
import { EXIT } from '../src/command/command.ts'
import { messageOf } from '../src/errors.ts'
import { type DemoOptions, runDemo } from './demo-run.ts'
import { runEntry } from './entry.ts'
import { FOLLOW_STDIN, interrupts } from './keeper.ts'
import { clearRemains } from './remains.ts'
import { stateFolder } from './state.ts'
import { say } from './wait.ts'

const HELP = `npm run demo -- [options]

Brings up Postgres, Elasticsearch and Redis, loads a catalogue, starts indexer, worker, api and a simulated payment
provider, and prints the URL of the shop when every item can be searched. Ctrl-C stops everything it started. The same command again goes
on with the data that is there; another catalogue replaces it.

Options:
  --data FILE      Catalogue to load: JSONL or CSV, also .gz (default: a synthetic one)
  --mapping NAME   How to read FILE: icecat, pc-parts, or a file (default: what FILE looks like)
  --items N        Size of the synthetic catalogue (default 20000)
  --port N         Port of the shop (default: 8080, or another one when that is taken)
  --fresh          Load again even if the catalogue is the one that is there
  --help           Show this help

Exit codes:
  0    stopped after Ctrl-C or SIGTERM
  2    the command line is wrong
  3    something is missing or does not answer; the message says what to do
  5    a demo of this checkout is running already
  130  stopped before it was up

Examples:
  npm run demo
  npm run demo -- --items 100000
  npm run demo -- --data products.jsonl.gz --mapping icecat`

const OPTIONS = {
  data: { type: 'string' },
  mapping: { type: 'string' },
  items: { type: 'string' },
  port: { type: 'string' },
  fresh: { type: 'boolean' },
  help: { type: 'boolean' },
  [FOLLOW_STDIN]: { type: 'boolean' },
} as const

function readOptions(): (DemoOptions & { help: boolean; followStdin: boolean }) | string {
  try {
    const { values } = parseArgs({ options: OPTIONS })
    return {
      data: values.data,
      mapping: values.mapping,
      items: integer('--items', values.items, 1, 5_000_000) ?? 20_000,
      port: integer('--port', values.port, 1, 65_535),
      fresh: values.fresh === true,
      help: values.help === true,
      followStdin: values[FOLLOW_STDIN] === true,
    }
  } catch (thrown) {
    return messageOf(thrown)
  }
}

function integer(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new RangeError(`${name}: expected an integer from ${min} to ${max}, got ${JSON.stringify(text)}`)
}

async function main(): Promise<number> {
  const options = readOptions()
  if (typeof options === 'string') {
    console.error(`npm run demo: ${options} (--help tells the options)`)
    return EXIT.usage
  }
  if (options.help) {
    console.log(HELP)
    return EXIT.done
  }
  const state = stateFolder(process.env)
  const stops = interrupts(options.followStdin, say)
  await clearRemains(state, say)
  await runDemo(options, { env: process.env, state, say, stops })
  return EXIT.done
}

await runEntry(main)
