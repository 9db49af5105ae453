/**
 * The limit as Lua in Redis and as arithmetic in the process: one suite for both, and the same words, numbers and
 * waits in every one of 10,000 random sequences. The script runs as it is, on a clock that the test moves.
 */
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { type Rate, shareOf, takeTokens, type Verdict } from '../../src/limits/gcra.ts'
import { readScript } from '../../src/redis/scripts.ts'
import { chooseSeed } from '../support/seed.ts'

const redis = new Redis(inject('servers').redis)
afterAll(() => redis.disconnect())

/** One take after `waitUs` microseconds. */
type Step = { readonly waitUs: number; readonly cost: number }
type Sequence = { readonly rate: Rate; readonly steps: readonly Step[] }
type Play = (sequences: readonly Sequence[]) => Promise<Verdict[][]>

/** Any moment; an odd number of microseconds, as Redis tells time. */
const BEGIN_US = 1_764_045_098_123_457

const playHere: Play = (sequences) =>
  Promise.resolve(
    sequences.map(({ rate, steps }) => {
      let [nowUs, arrivalMs]: [number, number | null] = [BEGIN_US, null]
      return steps.map(({ waitUs, cost }) => {
        nowUs += waitUs
        const nowMs = Math.floor(nowUs / 1e6) * 1_000 + (nowUs % 1e6) / 1_000
        const taken = takeTokens(rate, cost, nowMs, arrivalMs)
        arrivalMs = taken.arrivalMs
        return taken.verdict
      })
    }),
  )

/** The script itself, with a `redis` before it whose clock and one key are the test's. */
const HARNESS = `
local function run(KEYS, ARGV, redis)
${readScript('gcra').source}
end
local answers = {}
for i, sequence in ipairs(cjson.decode(ARGV[1])) do
  local now, kept = 0, false
  local double = { call = function(command, ...)
    local given = {...}
    if command == 'TIME' then return { tostring(math.floor(now / 1000000)), tostring(now % 1000000) } end
    if command == 'GET' then return kept end
    if command == 'SET' then kept = given[2] return given[4] end
    error(command)
  end }
  answers[i] = {}
  for j, step in ipairs(sequence.steps) do
    now = tonumber(step.at)
    answers[i][j] = run({'bucket'}, {sequence.limit, sequence.period_ms, sequence.burst, step.cost}, double)
  end
end
return cjson.encode(answers)`

const playInRedis: Play = async (sequences) => {
  const texts = sequences.map(({ rate, steps }) => {
    let nowUs = BEGIN_US
    return {
      limit: String(rate.limit),
      period_ms: String(rate.periodMs),
      burst: String(rate.burst),
      steps: steps.map(({ waitUs, cost }) => {
        nowUs += waitUs
        return { at: String(nowUs), cost: String(cost) }
      }),
    }
  })
  const answers = JSON.parse(String(await redis.eval(HARNESS, 0, JSON.stringify(texts)))) as [
    Verdict['outcome'],
    number,
    number,
  ][][]
  return answers.map((steps) =>
    steps.map(([outcome, remaining, retryAfterMs]) => ({ outcome, remaining, retryAfterMs }) as Verdict),
  )
}

const take = (waitMs: number, cost = 1): Step => ({ waitUs: waitMs * 1_000, cost })
const times = (n: number, step: Step) => Array.from({ length: n }, () => step)
const outcomes = (verdicts: readonly Verdict[] | undefined) => verdicts?.map(({ outcome }) => outcome)

describe.each([
  ['in the process', playHere],
  ['in Redis', playInRedis],
] as const)('the limit %s', (where, play) => {
  const rate: Rate = { limit: 10, periodMs: 1_000, burst: 3 }
  const playOne = async (...steps: Step[]) => (await play([{ rate, steps }]))[0]

  test(`${where}: a burst is granted at once, then one each interval`, async () => {
    expect(outcomes(await playOne(...times(4, take(0)), take(99), take(1), take(1)))).toEqual([
      ...times(3, take(0)).map(() => 'allowed'),
      'limited',
      'limited',
      'allowed',
      'limited',
    ])
  })

  test(`${where}: what remains is told, and after it how long to wait`, async () => {
    expect(await playOne(...times(4, take(0)))).toEqual([
      { outcome: 'allowed', remaining: 2, retryAfterMs: 0 },
      { outcome: 'allowed', remaining: 1, retryAfterMs: 0 },
      { outcome: 'allowed', remaining: 0, retryAfterMs: 0 },
      { outcome: 'limited', remaining: 0, retryAfterMs: 100 },
    ])
  })

  test(`${where}: refusals take nothing, however many`, async () => {
    const verdicts = await playOne(...times(3, take(0)), ...times(50, take(1)), take(50))
    expect(verdicts?.at(-1)?.outcome).toBe('allowed')
  })

  test(`${where}: a pause fills the bucket up to the burst, not beyond`, async () => {
    expect(outcomes(await playOne(take(0), take(60_000, 3), take(0)))).toEqual([
      'allowed',
      'allowed',
      'limited',
    ])
  })
})

const anyRate = fc.record({
  limit: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(2.5, 20 / 3)),
  periodMs: fc.constantFrom(1_000, 7, 60_000),
  burst: fc.integer({ min: 1, max: 60 }),
})
const anySequence: fc.Arbitrary<Sequence> = anyRate.chain((rate) =>
  fc.record({
    rate: fc.constant(rate),
    steps: fc.array(
      fc.record({
        waitUs: fc.oneof(fc.constant(0), fc.nat({ max: 2_000_000 })),
        cost: fc.integer({ min: 1, max: rate.burst }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  }),
)

test('10,000 random sequences are answered alike in Redis and in the process', async () => {
  const seed = chooseSeed('gcra')
  const sequences = fc.sample(anySequence, { numRuns: 10_000, seed })
  const batches = Array.from({ length: 20 }, (_, i) => sequences.slice(i * 500, (i + 1) * 500))
  for (const batch of batches) expect(await playInRedis(batch), `seed ${seed}`).toEqual(await playHere(batch))
})

test('in no stretch of time more is granted than the limit gives in it and one burst', async () => {
  await fc.assert(
    fc.asyncProperty(anySequence, async (sequence) => {
      const [verdicts = []] = await playHere([sequence])
      const { rate, steps } = sequence
      const taken = steps.map(({ cost }, i) => (verdicts[i]?.outcome === 'allowed' ? cost : 0))
      for (let from = 0; from < steps.length; from++) {
        for (let to = from; to < steps.length; to++) {
          const waits = steps.slice(from + 1, to + 1).reduce((ms, { waitUs }) => ms + waitUs / 1_000, 0)
          const granted = taken.slice(from, to + 1).reduce((sum, cost) => sum + cost, 0)
          expect(granted).toBeLessThanOrEqual(rate.burst + (waits * rate.limit) / rate.periodMs + 1e-6)
        }
      }
    }),
  )
})

test('the shares of all processes together are the limit, or one a period each', () => {
  fc.assert(
    fc.property(anyRate, fc.integer({ min: 1, max: 40 }), (rate, instances) => {
      const share = shareOf(rate, instances)
      expect(share.limit * instances).toBeLessThanOrEqual(Math.max(rate.limit + 1e-6, instances))
      expect(share.burst * instances).toBeLessThanOrEqual(Math.max(rate.burst, instances))
    }),
  )
})

test('a bucket in Redis ends by itself as soon as it is full again', async () => {
  const key = `t_${inject('servers').run}:{rl:contract}`
  const args = [10, 1_000, 30, 5] as const
  expect(await redis.eval(readScript('gcra').source, 1, key, ...args)).toEqual(['allowed', 25, 0])
  const left = await redis.pttl(key)
  expect(left).toBeGreaterThan(300)
  expect(left).toBeLessThanOrEqual(500)
  await redis.del(key)
})
