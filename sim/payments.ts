/**
 * The simulated payment provider as a process of its own. It prints `ready URL` when it takes calls, and ends on SIGINT and
 * SIGTERM. Exit codes: 0 stopped, 2 the command line is wrong, 130 a second signal.
 */
import { parseArgs } from 'node:util'
import { interruptSignal } from '../src/command/interrupts.ts'
import { messageOf } from '../src/errors.ts'
import { listen } from '../src/http/server.ts'
import { startingState } from '../src/http/state.ts'
import { HOSTILE_RATES, QUIET_RATES } from './payment-rates.ts'
import { paymentRoutes } from './payment-routes.ts'
import { PaymentSimulation } from './payment-simulation.ts'

const HELP = `node sim/payments.ts [options]

A payment provider that behaves as badly as real ones: slow, declining, webhooks late, twice, in the wrong order or
never, answers lost after the effect. The same seed gives the same fates. POST /sim/config changes rates and seed
while it runs, POST /sim/reset empties it, GET /sim/books shows its money.

Options:
  --port N           Port; 0 takes a free one (default 0)
  --host ADDRESS     Address to listen on (default 127.0.0.1)
  --public-url URL   Where browsers find its pages (default: where it was asked)
  --webhook-url URL  Where webhooks go; without it none are sent
  --seed N           Another number gives other fates (default 1)
  --quiet            Every rate is 0: decided at once, nothing declined, late or lost
  --shopper          A payment waits for a click on its page
  --help             Show this help

Environment:
  AISLE_PAYMENT_SECRETS  Secrets that sign webhooks, separated by commas

Exit codes:
  0    stopped
  2    the command line is wrong
  130  a second signal`

const EXIT_USAGE = 2
/** Without a secret of its own: good for looking at it, refused by every shop. */
const NO_SECRET = 'nobody-knows-this-secret'

function optionsOf(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      'public-url': { type: 'string', default: '' },
      'webhook-url': { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      quiet: { type: 'boolean', default: false },
      shopper: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  for (const name of ['port', 'seed'] as const) {
    if (!/^\d{1,9}$/.test(values[name])) {
      throw new RangeError(`--${name}: expected an integer >= 0, got ${values[name]}`)
    }
  }
  return values
}

async function run(options: ReturnType<typeof optionsOf>, secrets: string, stop: AbortSignal): Promise<void> {
  const rates = options.quiet ? QUIET_RATES : HOSTILE_RATES
  const live = secrets.split(',').filter((secret) => secret !== '')
  const simulation = new PaymentSimulation({
    rates: options.shopper ? { ...rates, mode: 'shopper' } : rates,
    seed: Number(options.seed),
    webhooks: { url: options['webhook-url'], secrets: live.length > 0 ? live : [NO_SECRET] },
  })
  const server = await listen(
    paymentRoutes(simulation, options['public-url']),
    options.host,
    Number(options.port),
  )
  process.stdout.write(`ready ${server.url}\n`)
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  simulation.stop()
  await server.drain(startingState([]), { waitMs: 0, finishMs: 0 })
}

try {
  const options = optionsOf(process.argv.slice(2))
  if (options.help) process.stdout.write(`${HELP}\n`)
  else await run(options, process.env['AISLE_PAYMENT_SECRETS'] ?? '', interruptSignal())
} catch (thrown) {
  process.stderr.write(`sim/payments.ts: ${messageOf(thrown)} (--help tells the options)\n`)
  process.exitCode = EXIT_USAGE
}
