/**
 * Domain events: how many the relay takes from commits to their stream, how soon, and how soon a change of stock is
 * at 5,000 browsers of one process.
 */
import { DEBT_PREFIX } from '../src/postgres/event-debt.ts'
import { connectRedis, type Redis } from '../src/redis/connection.ts'
import { topicKeys } from '../src/redis/keys.ts'
import { until } from '../stack/wait.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { pushes } from './events-push.ts'
import { type Place, untilShown, withPlace } from './place.ts'
import { withProcess } from './processes.ts'
import { percentile, spreadOf } from './statistics.ts'

/** Paced a little above the rate that has to be kept. */
const RATE = 6_000
const LATENCY_RATE = 1_000
const SESSIONS = 2
const BROWSERS = 5_000
const CHANGES_PER_SECOND = 20
const COMMAND_MS = 10_000
const DEADLINE_MS = 60_000

export const events: Benchmark = {
  name: 'events',
  about: 'events from commit to stream: rate, latency; changes of stock at 5,000 browsers',
  run: (setting) =>
    withPlace(setting, 'events', async (place) => {
      const redis = await connect(place)
      try {
        const relayed = await withProcess(setting, 'indexer', place.env, () => relayFigures(place, redis))
        const pushed = await pushes(place, redis, { browsers: BROWSERS, perSecond: CHANGES_PER_SECOND })
        return {
          conditions: [
            `one event a transaction, by ${SESSIONS} sessions; latency counts from before the commit; for the rate, paced at ${RATE}/s, they do not wait for the disk`,
            `${BROWSERS} browsers on one api process, each with 5 of 20 SKUs, ${CHANGES_PER_SECOND} changes/s; browsers, writer and api share the machine`,
          ],
          figures: [
            ...relayed,
            figure(
              'change to browser, p99',
              'ms',
              pushed.map(({ p99 }) => p99),
              { atMost: 500 },
            ),
            figure(
              'change to browser, p50',
              'ms',
              pushed.map(({ p50 }) => p50),
              null,
            ),
            figure(
              'changes shown, of all browsers',
              '/s',
              pushed.map(({ rate }) => rate),
              null,
            ),
          ],
        }
      } finally {
        redis.disconnect()
      }
    }),
}

async function connect({ env, setting }: Place): Promise<Redis> {
  const url = env['REDIS_URL'] ?? ''
  const options = { url, name: 'aisle-bench', commandTimeoutMs: COMMAND_MS, pipelining: false }
  const redis = connectRedis({ ...options, onError: () => undefined }, Math.random)
  const isReady = () => Promise.resolve(redis.status === 'ready' ? true : undefined)
  await until('Redis is there', isReady, { deadlineMs: COMMAND_MS, signal: setting.signal })
  return redis
}

async function relayFigures(place: Place, redis: Redis): Promise<Figure[]> {
  const { setting } = place
  const { seconds } = setting
  await untilShown(place, 0)
  await relayRound(place, redis, { rate: LATENCY_RATE, seconds: 1, isDurable: true }) // the slot is there, and everything is warm
  await until('nothing is owed', () => isPaid(place), { deadlineMs: DEADLINE_MS, signal: setting.signal })
  const rates: number[] = []
  const late: { p50: number; p99: number }[] = []
  for (let round = 0; round < setting.rounds; round++) {
    const { delays } = await relayRound(place, redis, { rate: LATENCY_RATE, seconds, isDurable: true })
    late.push({ p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) })
    rates.push((await relayRound(place, redis, { rate: RATE, seconds, isDurable: false })).rate)
    setting.say(`events: ${Math.round(rates.at(-1) ?? 0)}/s, ${JSON.stringify(late.at(-1))} ms`)
  }
  const at = `at ${LATENCY_RATE} events/s`
  return [
    figure('events from commit to stream', '/s', rates, { atLeast: 5_000 }),
    figure(
      `commit to stream ${at}, p99`,
      'ms',
      late.map(({ p99 }) => p99),
      { atMost: 100 },
    ),
    figure(
      `commit to stream ${at}, p50`,
      'ms',
      late.map(({ p50 }) => p50),
      null,
    ),
  ]
}

/** `isDurable`: each commit waits for the disk; without it the WAL is sent when it is written, up to 0.2 s later. */
type Pace = { readonly rate: number; readonly seconds: number; readonly isDurable: boolean }

/** @returns events per second from the first commit to the last in the stream; ms of each */
async function relayRound(place: Place, redis: Redis, pace: Pace) {
  const { rate, seconds, isDurable } = pace
  const { stream } = topicKeys(place.names.redisPrefix, 'order')
  const before = await redis.xlen(stream)
  const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1)
  const count = rate * seconds
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: SESSIONS }, () => write(place, rate / SESSIONS, count / SESSIONS, isDurable)),
  )
  await until(
    `${count} events are in their stream`,
    async () => ((await redis.xlen(stream)) >= before + count ? true : undefined),
    { deadlineMs: DEADLINE_MS, everyMs: 20, signal: place.setting.signal },
  )
  const took = (performance.now() - startedAt) / 1_000
  const entries = await redis.xrange(stream, last ? `(${last[0]}` : '-', '+')
  const delays = entries.map(([id, fields]) => Number(id.split('-')[0]) - sentMs(fields))
  return { rate: count / took, delays }
}

/** Events of before the slot have come. */
async function isPaid({ pool }: Place): Promise<true | undefined> {
  const { rowCount } = await pool.query('select from indexer.state where starts_with(key, $1::text)', [
    DEBT_PREFIX,
  ])
  return rowCount === 0 ? true : undefined
}

function sentMs(fields: readonly string[]): number {
  const payload = fields[fields.indexOf('payload') + 1] ?? '{}'
  return (JSON.parse(payload) as { ms: number }).ms
}

/** One session: every event committed by itself, paced. */
async function write({ pool }: Place, rate: number, count: number, isDurable: boolean): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`set synchronous_commit = ${isDurable ? 'on' : 'off'}`)
    await client.query(`do $$
      declare began timestamptz := clock_timestamp();
      begin
        for i in 1 .. ${count} loop
          insert into outbox (topic, key, ver, type, payload) values ('order', 'K' || i % 1000, i, 'order.paid',
            jsonb_build_object('ms', extract(epoch from clock_timestamp()) * 1000, 'ids', '["0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01"]'::jsonb));
          commit;
          if i % 20 = 0 then
            perform pg_sleep(greatest(0, i / ${rate}::float8 - extract(epoch from clock_timestamp() - began)));
          end if;
        end loop;
      end $$`)
  } finally {
    client.release(true)
  }
}

function figure(name: string, unit: string, values: readonly number[], target: Figure['target']): Figure {
  return { name, unit, spread: spreadOf(values), target }
}
