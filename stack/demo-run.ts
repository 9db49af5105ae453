/**
 * A demo from start to stop: servers, tables, catalogue, processes, and the wait until search shows every item.
 * Whatever fails or is interrupted on the way, what was started is stopped in the reverse order.
 */
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT } from '../src/command/command.ts'
import { configReport, EXIT_CONFIG, parseConfig } from '../src/config.ts'
import { ExitError } from '../src/errors.ts'
import { type Child, type ChildPlan, keepChild } from './children.ts'
import {
  type Catalogue,
  type CatalogueOptions,
  catalogueCurrency,
  catalogueName,
  isSameCatalogue,
  loadCommand,
  loadedCatalogue,
  noteCatalogue,
  wishedCatalogue,
} from './demo-catalogue.ts'
import { untilSearchable } from './demo-searchable.ts'
import { keepStack, type StackContext } from './keep-stack.ts'
import { aborted, keeperRecord, ProcessList } from './keeper.ts'
import { MEMORY_FLAGS } from './memory-flags.ts'
import { simulatedPayments } from './payments.ts'
import { freePort, isFree, portNear } from './ports.ts'
import { ensureDatabase } from './postgres.ts'
import { keptSecrets } from './secrets.ts'
import { DATABASE, type ServerUrls, withoutPassword } from './servers.ts'
import { CHECKOUT, isKept, productEnv, readDemo, readStack, removeDemo, writeDemo } from './state.ts'
import { until } from './wait.ts'
import { wipeDatabase } from './wipe.ts'

export type DemoOptions = CatalogueOptions & { readonly port: number | undefined; readonly fresh: boolean }

const USUAL_PORT = 8080
const USUAL_ADMIN_PORT = 8081
const COMPILE_CACHE = 'compile-cache'
const READY_DEADLINE_MS = 60_000

/** Run until told to stop. @throws ExitError with what is wrong and what to do */
export async function runDemo(options: DemoOptions, context: StackContext): Promise<void> {
  refuseSecond(context.state)
  const catalogue = wishedCatalogue(options, context.env['INIT_CWD'] ?? process.cwd())
  requireFile(catalogue)
  const port = await choosePort(options.port)
  const adminPort = await portNear(port === USUAL_ADMIN_PORT ? undefined : USUAL_ADMIN_PORT)
  const stack = await serversOf(context)
  try {
    const currency = context.env['AISLE_CURRENCY'] || catalogueCurrency(catalogue)
    await withProcesses(context, { urls: stack.urls, currency }, async (keep, list) => {
      const api = `http://127.0.0.1:${port}`
      const payments = await simulatedPayments(context.env, keptSecrets(context.state), api)
      const paid = payments?.url ?? null
      const env = productEnvironment(context, stack.urls, { currency, port, adminPort, payments: paid })
      await loadCatalogue(catalogue, options.fresh, { context, urls: stack.urls, env })
      const indexerPort = await freePort()
      list({ api: [api], indexer: `http://127.0.0.1:${indexerPort}`, payments: paid })
      if (payments) keep(payments.plan)
      keep({
        name: 'indexer',
        command: ['indexer/main.ts', 'run'],
        flags: MEMORY_FLAGS,
        env: { ...env, AISLE_METRICS_PORT: String(indexerPort) },
      })
      keep({ name: 'worker', command: ['src/worker.ts'], flags: MEMORY_FLAGS, env })
      keep({ name: 'api', command: ['src/main.ts'], flags: MEMORY_FLAGS, env })
      await untilSearchable(stack.urls, namespaceOf(env), context.stops.signal)
      await untilAnswers(api, context.stops.signal)
      context.say(`\nThe shop is open: ${api}/\nCtrl-C stops it.`)
      context.say(
        `Stock and orders: http://127.0.0.1:${adminPort}/admin (log in with bin/aisle token --role orders)`,
      )
      await aborted(context.stops.signal)
    })
  } finally {
    await stack.stop()
  }
}

type Keep = (plan: ChildPlan) => void
type List = (urls: { api: string[]; indexer: string | null; payments: string | null }) => void

/** Run `work` with a way to keep children, and stop them all when it ends or the demo is told to stop. */
async function withProcesses(
  context: StackContext,
  { urls, currency }: { urls: ServerUrls; currency: string },
  work: (keep: Keep, list: List) => Promise<void>,
): Promise<void> {
  const { stops, state } = context
  const children: Child[] = []
  const startedAt = new Date().toISOString()
  const keeper = keeperRecord()
  let shown: Parameters<List>[0] = { api: [], indexer: null, payments: null }
  const write = () =>
    writeDemo(
      state,
      { started_at: startedAt, keeper, urls, currency, ...shown, processes: processes.live() },
      keptSecrets(state),
    )
  const processes = new ProcessList(write)
  write()
  void stops.secondSignal.then(() => processes.kill())
  const failed = Promise.withResolvers<never>()
  const keep: Keep = (plan) => {
    const child = keepChild(plan, { ...context, signal: stops.signal, onProcess: processes.add })
    child.failed.catch((thrown: unknown) => failed.reject(thrown))
    children.push(child)
  }
  const list: List = (next) => {
    shown = next
    write()
  }
  try {
    await Promise.race([work(keep, list), failed.promise])
  } catch (thrown) {
    if (stops.signal.aborted)
      throw new ExitError(EXIT.stopped, 'stopped before the shop was open', { cause: thrown })
    throw thrown
  } finally {
    // Reverse order: the api first, so that nobody is answered by half a shop.
    for (const child of children.reverse()) await child.stop()
    removeDemo(state)
  }
}

/** The servers of a stack that `npm run stack` keeps in this checkout, else a stack of the demo's own. */
async function serversOf(context: StackContext): Promise<{ urls: ServerUrls; stop: () => Promise<void> }> {
  const kept = readStack(context.state)
  if (!kept || !isKept(kept) || !kept.urls) return await keepStack(context)
  context.say(`using the servers of the running stack (process ${kept.keeper.pid})`)
  return { urls: kept.urls, stop: () => Promise.resolve() }
}

type Loading = {
  readonly context: StackContext
  readonly urls: ServerUrls
  readonly env: Record<string, string | undefined>
}

async function loadCatalogue(catalogue: Catalogue, isFresh: boolean, loading: Loading): Promise<void> {
  const { context, urls, env } = loading
  const loaded = loadedCatalogue(context.state)
  const isSame = isSameCatalogue(catalogue, loaded)
  if (isFresh || (loaded && !isSame)) {
    refuseForeign(context)
    context.say(
      `replacing ${loaded ? catalogueName(loaded) : 'what is there'} by ${catalogueName(catalogue)}`,
    )
    noteCatalogue(context.state, null)
    await wipeDatabase(urls, DATABASE)
    await ensureDatabase(urls.postgres, DATABASE)
  }
  await runCommand(['migrate'], env, context)
  if (isSame && !isFresh) {
    context.say(`going on with ${catalogueName(catalogue)}, which is loaded`)
    return
  }
  context.say(`loading ${catalogueName(catalogue)}`)
  await runCommand(loadCommand(catalogue), env, context)
  await runCommand(['orders', 'first-count'], env, context)
  noteCatalogue(context.state, catalogue)
}

/** A database that the environment named is not ours to drop. */
function refuseForeign(context: StackContext): void {
  const given = context.env['DATABASE_URL']
  if (!given) return
  throw new ExitError(
    EXIT.usage,
    `another catalogue is loaded in ${withoutPassword(given)}, and a database that DATABASE_URL names is not dropped ` +
      'by the demo: use another database, or load with bin/aisle import',
  )
}

/** Run `bin/aisle` to its end. A load that refused some rows has said so, and the shop opens with the others. */
async function runCommand(
  args: readonly string[],
  env: Loading['env'],
  context: StackContext,
): Promise<void> {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
    cwd: CHECKOUT,
    env: { ...env },
    stdio: ['ignore', 2, 2],
    signal: context.stops.signal,
    killSignal: 'SIGTERM',
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  context.stops.signal.throwIfAborted()
  if (code === EXIT.differences && args[0] === 'import') return
  if (code !== 0) throw new ExitError(EXIT.preflight, `bin/aisle ${args.join(' ')} ended with ${code}`)
}

type DemoSettings = {
  readonly currency: string
  readonly port: number
  readonly adminPort: number
  readonly payments: string | null
}

function productEnvironment(
  context: StackContext,
  urls: ServerUrls,
  { currency, port, adminPort, payments }: DemoSettings,
) {
  return {
    NODE_COMPILE_CACHE: join(context.state, COMPILE_CACHE), // as bin/launch.sh
    ...context.env,
    ...productEnv(urls, keptSecrets(context.state), payments),
    AISLE_PORT: String(port),
    AISLE_ADMIN_PORT: String(adminPort),
    AISLE_CURRENCY: currency,
  }
}

/** Prefix of the indices: what the processes will read from the same environment. */
function namespaceOf(env: Loading['env']): string {
  const result = parseConfig(env, 'api')
  if (!result.ok) throw new ExitError(EXIT_CONFIG, configReport(result.problems))
  return result.config.AISLE_NAMESPACE
}

async function untilAnswers(api: string, signal: AbortSignal): Promise<void> {
  // The first search of a cold server may take longer than a shopper is made to wait: it is made here.
  const ask = async () => ((await fetch(`${api}/v1/search?q=a`)).ok ? true : undefined)
  await until('the api answers a search', ask, { deadlineMs: READY_DEADLINE_MS, signal })
}

async function choosePort(wished: number | undefined): Promise<number> {
  if (wished === undefined) return await portNear(USUAL_PORT)
  if (await isFree(wished)) return wished
  throw new ExitError(EXIT.preflight, `port ${wished} is taken; name another one with --port`)
}

function requireFile(catalogue: Catalogue): void {
  if (!('file' in catalogue) || statSync(catalogue.file, { throwIfNoEntry: false })?.isFile()) return
  throw new ExitError(EXIT.usage, `--data: there is no file ${catalogue.file}`)
}

function refuseSecond(state: string): void {
  const running = readDemo(state)
  if (!running || !isKept(running)) return
  const where = running.api[0] ?? 'still starting'
  throw new ExitError(
    EXIT.busy,
    `a demo of this checkout is running already (process ${running.keeper.pid}): ${where}`,
  )
}
