/** `npm run bench`: runs benchmarks, prints what they find beside their targets, and fails when one is missed. */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT } from '../src/command/command.ts'
import { ExitError, messageOf } from '../src/errors.ts'
import { keepStack } from '../stack/keep-stack.ts'
import { FOLLOW_STDIN, type Interrupts, interrupts } from '../stack/keeper.ts'
import { clearRemains } from '../stack/remains.ts'
import { keptSecrets } from '../stack/secrets.ts'
import type { ServerUrls } from '../stack/servers.ts'
import { isKept, readStack, stateFolder } from '../stack/state.ts'
import { say } from '../stack/wait.ts'
import { type Benchmark, type Finding, isMet } from './benchmark.ts'
import { BENCHMARKS } from './benchmarks.ts'
import { loadNow, machineText, readMachine } from './machine.ts'
import { findingText } from './report.ts'

const HELP = `npm run bench -- [NAME...] [options]

Measures each benchmark beside its floor, in turns in one run, and prints least, middle and most of the rounds.
The servers are those of a running \`npm run stack\`, else a stack of its own. Without a name all are run.

Benchmarks:
${BENCHMARKS.map(({ name, about }) => `  ${name.padEnd(15)} ${about}`).join('\n')}

Options:
  --list        Names only
  --rounds N    Rounds of each measurement, at least 3 (default 5)
  --seconds S   Length of one measurement (default 5)
  --full        Sizes that take many minutes: a million rows for memory
  --json FILE   Write machine and findings there as well
  --no-fail     A missed target does not change the exit code
  --help        Show this help

Exit codes:
  0    every target is met
  1    a target is missed, or something failed
  2    the command line is wrong
  3    a server is missing or does not answer
  130  stopped`

const OPTIONS = {
  help: { type: 'boolean' },
  list: { type: 'boolean' },
  full: { type: 'boolean' },
  'no-fail': { type: 'boolean' },
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '5' },
  json: { type: 'string' },
  [FOLLOW_STDIN]: { type: 'boolean' },
} as const
const ROUNDS_MIN = 3

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS })
  if (values.help || values.list) {
    console.log(values.help ? HELP : BENCHMARKS.map(({ name }) => name).join('\n'))
    return EXIT.done
  }
  const chosen = chosenOf(positionals)
  const [rounds, seconds] = [
    atLeast('rounds', values.rounds, ROUNDS_MIN),
    atLeast('seconds', values.seconds, 1),
  ]
  const stops = interrupts(values[FOLLOW_STDIN] === true, say)
  const state = join(stateFolder(process.env), 'bench')
  const servers = await serversOf(state, stops)
  try {
    const { urls } = servers
    const machine = await readMachine(urls)
    console.log(machineText(machine))
    const setting = {
      urls,
      rounds,
      seconds,
      isFull: values.full === true,
      folder: join(state, 'logs'),
      secrets: keptSecrets(state),
      signal: stops.signal,
      say,
    }
    const findings: Record<string, Finding & { load: number }> = {}
    for (const benchmark of chosen) {
      const load = loadNow()
      say(`\n${benchmark.name}, load average ${load}`)
      const finding = await benchmark.run(setting)
      findings[benchmark.name] = { load, ...finding }
      console.log(`\n${findingText(benchmark.name, finding)}`)
    }
    if (values.json) writeJson(values.json, { machine, findings })
    const isAllMet = Object.values(findings).every(({ figures }) => figures.every(isMet))
    return isAllMet || values['no-fail'] ? EXIT.done : EXIT.differences
  } finally {
    await servers.stop()
  }
}

function chosenOf(names: readonly string[]): readonly Benchmark[] {
  const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name))
  if (unknown.length > 0) {
    throw new ExitError(
      EXIT.usage,
      `there is no benchmark ${unknown.join(', ')} (--list tells which there are)`,
    )
  }
  return names.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ name }) => names.includes(name))
}

function atLeast(name: string, text: string, min: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min) return value
  throw new ExitError(EXIT.usage, `--${name}: expected an integer >= ${min}, got ${JSON.stringify(text)}`)
}

/** The servers of a stack that `npm run stack` keeps in this checkout, else a stack of its own. */
async function serversOf(
  state: string,
  stops: Interrupts,
): Promise<{ urls: ServerUrls; stop: () => Promise<void> }> {
  const kept = readStack(stateFolder(process.env))
  if (kept?.urls && isKept(kept)) return { urls: kept.urls, stop: () => Promise.resolve() }
  await clearRemains(state, say)
  return await keepStack({ env: process.env, state, say, stops })
}

/** File names are meant from where npm was called. */
function writeJson(file: string, content: object): void {
  writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), `${JSON.stringify(content, null, 2)}\n`)
}

try {
  process.exitCode = await main()
} catch (thrown) {
  console.error(messageOf(thrown))
  if (!(thrown instanceof ExitError) && thrown instanceof Error)
    console.error(thrown.stack, thrown.cause ?? '')
  const isUsage =
    thrown instanceof TypeError && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS')
  process.exitCode = thrown instanceof ExitError ? thrown.exitCode : isUsage ? EXIT.usage : EXIT.differences
}
process.exit()
