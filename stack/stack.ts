/** `npm run stack`: servers for development, kept up until Ctrl-C. */
import { parseArgs } from 'node:util'
import { EXIT } from '../src/command/command.ts'
import { runEntry } from './entry.ts'
import { keepStack } from './keep-stack.ts'
import { aborted, FOLLOW_STDIN, interrupts } from './keeper.ts'
import { clearRemains } from './remains.ts'
import { stateFolder } from './state.ts'
import { say } from './wait.ts'

const HELP = `npm run stack -- [options]

Brings up Postgres, Elasticsearch and Redis and keeps them up until Ctrl-C. Each comes from DATABASE_URL,
ELASTICSEARCH_URL, REDIS_URL where set, else from a container engine that answers, else as a local process.
While it runs, the URLs are in .aisle/stack.json and, for a shell to source, in .aisle/stack.env.

A simulated payment provider tells an api on AISLE_PORT (8080) of payments, unless AISLE_PAYMENT_URL names a real one.

Options:
  --servers-only  No payment provider
  --help          Show this help

Exit codes:
  0    stopped after Ctrl-C or SIGTERM
  2    the command line is wrong
  3    something is missing or does not answer; the message says what to do
  5    a stack of this checkout is running already`

/** Where an api listens that is told nothing else. */
const API_PORT = '8080'

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean' },
      'servers-only': { type: 'boolean' },
      [FOLLOW_STDIN]: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(HELP)
    return EXIT.done
  }
  const state = stateFolder(process.env)
  const stops = interrupts(values[FOLLOW_STDIN] === true, say)
  await clearRemains(state, say)
  const shop = values['servers-only']
    ? {}
    : { shop: `http://127.0.0.1:${process.env['AISLE_PORT'] || API_PORT}` }
  const stack = await keepStack({ env: process.env, state, say, stops, ...shop })
  say('The stack is up. Ctrl-C stops it.')
  await aborted(stops.signal)
  await stack.stop()
  return EXIT.done
}

await runEntry(main)
