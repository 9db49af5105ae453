/**
 * The admission script beside plain SET, in turns in one run on one Redis: how much of the speed of Redis is left for
 * refusing a cart, and for granting three lines. Driven by the load program that comes with Redis, which costs less
 * than what it measures; a client in Node would hide the script behind its own time.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { admitRequest, loadRequest } from '../src/orders/gate-requests.ts'
import { connectGate, type GateConnection } from '../src/redis/connection.ts'
import { gateKeys } from '../src/redis/keys.ts'
import { bindScript, readScript } from '../src/redis/scripts.ts'
import { onPath } from '../stack/system-package.ts'
import { until } from '../stack/wait.ts'
import type { Benchmark, Figure, Setting } from './benchmark.ts'
import { withRedisServer } from './redis-server.ts'
import { ratios, spreadOf } from './statistics.ts'

const CLIENTS = 50
/** Of one measurement, so that a round has about the seconds asked for; plain SET makes some 50,000 a second. */
const CALLS_PER_SECOND = 15_000
/** Replaced by the load program in every call, so that each is another hold. */
const RANDOM_ID = '__rand_int__'
const IDS = 1_000_000_000
const EPOCH = 1
const SKUS = ['LAMP-7', 'MUG-2', 'ROPE-9']
const PATIENCE_MS = 10_000

const keys = gateKeys('bench:').of(0, EPOCH)

type Rate = { readonly perSecond: number; readonly p99Ms: number }
type Measure = (command: readonly string[]) => Promise<Rate>

export const ordersGate: Benchmark = {
  name: 'orders-gate',
  about: 'refusals and grants of the admission script beside plain SET',
  run: async (setting) => {
    const program = onPath(['redis-benchmark', 'valkey-benchmark'], process.env)
    if (!program) throw new Error('redis-benchmark is not on PATH; it comes with the tools of Redis')
    return await withRedisServer(async (url) => ({
      conditions: [
        `${CLIENTS} clients, one Redis without AOF, ${setting.seconds * CALLS_PER_SECOND} calls a measurement`,
        'refusal: one SKU of three has no unit; grant: three lines of one unit each, another hold every time',
      ],
      figures: await measured(setting, url, measureBy(program, new URL(url).port, setting)),
    }))
  },
}

async function measured({ rounds, say }: Setting, url: string, measure: Measure): Promise<Figure[]> {
  const connection = await connect(url)
  try {
    const sha = String(await connection.script('LOAD', readScript('admit').source))
    const plain: Rate[] = []
    const refusals: Rate[] = []
    const grants: Rate[] = []
    for (let round = -1; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}${round < 0 ? ', to warm up' : ''}`)
      const set = await measure(['SET', `bench:${RANDOM_ID}`, 'x'])
      await stock(connection, [1_000_000, 0, 1_000_000])
      const refusal = await measure(admission(sha))
      await stock(connection, [1_000_000_000, 1_000_000_000, 1_000_000_000])
      const grant = await measure(admission(sha))
      if (round < 0) continue
      plain.push(set)
      refusals.push(refusal)
      grants.push(grant)
    }
    await expectNoErrors(connection)
    return figuresOf(plain, refusals, grants)
  } finally {
    connection.disconnect()
  }
}

function figuresOf(plain: readonly Rate[], refusals: readonly Rate[], grants: readonly Rate[]): Figure[] {
  const rates = (of: readonly Rate[]) => of.map(({ perSecond }) => perSecond)
  const figure = (name: string, unit: string, values: readonly number[]): Figure => ({
    name,
    unit,
    spread: spreadOf(values),
    target: null,
  })
  return [
    {
      ...figure('refusals, of plain SET', 'ratio', ratios(rates(refusals), rates(plain))),
      target: { atLeast: 0.5 },
    },
    {
      ...figure('3-line grants, of plain SET', 'ratio', ratios(rates(grants), rates(plain))),
      target: { atLeast: 0.3 },
    },
    figure('plain SET', '/s', rates(plain)),
    figure('refusals', '/s', rates(refusals)),
    figure('3-line grants', '/s', rates(grants)),
    figure(
      'refusals, p99',
      'ms',
      refusals.map(({ p99Ms }) => p99Ms),
    ),
    figure(
      '3-line grants, p99',
      'ms',
      grants.map(({ p99Ms }) => p99Ms),
    ),
  ]
}

/** EVALSHA of a cart with one unit of each SKU. */
function admission(sha: string): string[] {
  const cart = { id: RANDOM_ID, hash: 'f'.repeat(64), allowPartial: false, isOffer: false }
  const lines = SKUS.map((sku) => ({ sku, qty: 1 }))
  const request = admitRequest(keys, EPOCH, cart, lines)
  return ['EVALSHA', sha, String(request.keys.length), ...request.keys, ...request.args.map(String)]
}

/** An empty Redis with so many units of each SKU. */
async function stock(connection: GateConnection, units: readonly number[]): Promise<void> {
  await connection.flushall()
  await connection.set(keys.epoch, String(EPOCH))
  const load = bindScript(connection, readScript('load'))
  for (const [i, sku] of SKUS.entries()) {
    const count = { sku, available: units[i] ?? 0, ver: 1, queue: false, limit: null }
    const request = loadRequest(keys, EPOCH, count)
    await load(request.keys, request.args)
  }
}

/** An error is an answer like any other to the load program. */
async function expectNoErrors(connection: GateConnection): Promise<void> {
  const stats = /cmdstat_evalsha:(.*)/.exec(await connection.info('commandstats'))?.[1] ?? 'no script has run'
  const taken = await connection.zcard(keys.tz)
  if (!stats.includes('failed_calls=0') || taken === 0) throw new Error(`grants: ${taken}, scripts: ${stats}`)
}

function measureBy(program: string, port: string, { seconds, signal }: Setting): Measure {
  const options = ['-p', port, '-c', CLIENTS, '-n', seconds * CALLS_PER_SECOND, '-r', IDS, '--csv'].map(
    String,
  )
  return async (command) => {
    const { stdout } = await promisify(execFile)(program, [...options, ...command], { signal })
    return rateIn(stdout)
  }
}

/** Columns by name: they are not the same in every version. */
function rateIn(csv: string): Rate {
  const [names = [], values = []] = csv
    .trim()
    .split('\n')
    .map((line) => line.split('","').map((cell) => cell.replaceAll('"', '')))
  const column = (name: string) => Number(values[names.indexOf(name)])
  const rate = { perSecond: column('rps'), p99Ms: column('p99_latency_ms') }
  if (!(rate.perSecond > 0)) throw new Error(`redis-benchmark: a rate expected, got ${csv}`)
  return rate
}

async function connect(url: string): Promise<GateConnection> {
  const connection = connectGate(
    {
      urls: [url],
      isCluster: false,
      name: 'bench',
      commandTimeoutMs: PATIENCE_MS,
      onError: () => undefined, // what fails is told by the command that fails
    },
    Math.random,
  )
  const ask = () => Promise.resolve(connection.status === 'ready' ? true : undefined)
  await until('Redis is connected', ask, { deadlineMs: PATIENCE_MS })
  return connection
}
