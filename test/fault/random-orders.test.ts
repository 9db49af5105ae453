/**
 * Random things done by many shoppers and the staff of a shop, while its parts are killed at random: apis, workers,
 * Postgres, Redis, connections. Zero oversold, zero lost units, zero orders without payment or payments without order
 * or refund: everything they were told and every invariant is checked after each round.
 *
 * `npm test` does 20,000 things, the soak form 2,000,000 in rounds of 20,000. A round is known by its seed and number:
 * AISLE_TEST_SEED=N AISLE_TEST_ROUND=7 goes on with the seventh; AISLE_TEST_OPERATIONS=N does another number in all.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { IS_SOAK } from '../support/capabilities.ts'
import type { Crowd } from '../support/crowd.ts'
import { pick, randomBy } from '../support/random.ts'
import { chooseSeed, say } from '../support/seed.ts'
import { useShopStage } from './shop-stage.ts'

const OPERATIONS = Number(process.env['AISLE_TEST_OPERATIONS'] ?? (IS_SOAK ? 2_000_000 : 20_000))
const ROUND = Math.min(20_000, OPERATIONS)
const ROUNDS = Math.max(1, Math.round(OPERATIONS / ROUND))
const FIRST = Number(process.env['AISLE_TEST_ROUND'] ?? 1)
/** Rounds of one database: its tables grow, and every check reads all of them. */
const ROUNDS_OF_A_SHOP = 10
/** Things done from one fault to the next. */
const BETWEEN = { least: 800, most: 2_400 }
const SHOPPERS = 48
const SKUS = 30
const UNITS = 120
const FREEZE_MS = 300
const ROUND_MS = 600_000
const PROGRESS_MS = 10_000

const stage = await useShopStage('random_orders')
const seed = chooseSeed('random orders')

beforeAll(() => stage.open())

/** What may happen to a shop. Each is over, and repaired, when its promise is. */
const FAULTS: Readonly<Record<string, (random: () => number) => Promise<unknown>>> = {
  'api killed': (random) => stage.killProcess('api', Math.floor(random() * 2)),
  'worker killed': (random) => stage.killProcess('worker', Math.floor(random() * 2)),
  'Postgres killed': () => stage.killPostgres(),
  'Redis killed': () => stage.redis.killAndRestart(),
  'Redis emptied': () => stage.redis.ask('FLUSHALL'),
  'Redis frozen': async () => {
    stage.redis.freeze()
    await pause(FREEZE_MS)
    stage.redis.thaw()
  },
  'connections to Postgres cut': () => Promise.resolve(stage.toPostgres.reset()),
  'connections to Redis cut': () => Promise.resolve(stage.toRedis.reset()),
}

/** Faults until the crowd has done everything. @returns how often each */
async function havoc(crowd: Crowd, random: () => number): Promise<Record<string, number>> {
  const happened: Record<string, number> = {}
  for (let next = between(random); ; next = crowd.done + between(random)) {
    const isOver = await reached(crowd, next)
    if (isOver) return happened
    const name = pick(random, Object.keys(FAULTS))
    await FAULTS[name]?.(random)
    happened[name] = (happened[name] ?? 0) + 1
  }
}

const between = (random: () => number) => BETWEEN.least + random() * (BETWEEN.most - BETWEEN.least)

/** @returns whether the crowd is through before it has done so much */
async function reached(crowd: Crowd, done: number): Promise<boolean> {
  let isOver = false
  void crowd.finished.then(() => {
    isOver = true
  })
  while (!isOver && crowd.done < done) await pause(20)
  return isOver
}

test.each(Array.from({ length: ROUNDS - FIRST + 1 }, (_, at) => FIRST + at))(
  'nothing is oversold, lost or unpaid in round %i of random things and kills (I1 to I12)',
  async (round) => {
    if (round > FIRST && (round - 1) % ROUNDS_OF_A_SHOP === 0) await stage.openAnother(`r${round}`)
    const random = randomBy(seed + round * 1_000)
    const began = performance.now()
    const { crowd, staff } = await stage.startCrowd(
      {
        skus: Array.from({ length: SKUS }, (_, at) => `R${round}-${at}`),
        ...{ shoppers: SHOPPERS, seed: seed + round * 1_000, operations: ROUND, walksAway: 0.2 },
        deeds: {
          hold: 30,
          release: 8,
          extend: 5,
          change: 6,
          look: 4,
          pay: 16,
          cancel: 5,
          sendBack: 4,
          lookAtOrder: 3,
        },
        ttls: [1, 2, 5, 60, 600],
      },
      UNITS,
    )
    const progress = setInterval(
      () => say(`round ${round} of ${ROUNDS}: ${crowd.done} of ${ROUND} things done`),
      PROGRESS_MS,
    )
    try {
      const happened = await havoc(crowd, random)
      const seconds = (performance.now() - began) / 1_000
      await staff.finished
      await stage.expectPeace(crowd)
      const rested = (performance.now() - began) / 1_000 - seconds
      say(
        `round ${round} of ${ROUNDS}: ${crowd.done} things and ${staff.works} of the staff in ${seconds.toFixed(1)} s, at rest after ${rested.toFixed(1)} s; ${JSON.stringify(happened)} ${JSON.stringify(Object.fromEntries(crowd.answers))}`,
      )
      expect(crowd.orders.length).toBeGreaterThan(ROUND / 100)
    } finally {
      clearInterval(progress)
      await crowd.stop() // a round that fails leaves nobody behind for the next
    }
  },
  ROUND_MS,
)
