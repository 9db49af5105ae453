/**
 * A crowd: many shoppers at once, each doing one random thing after another by seed, over several processes. It
 * remembers what it was told, so that a test can compare it with what Postgres has.
 */
import { DEEDS, type Deed, type Shopper } from './crowd-deeds.ts'
import { createCaller, type InsistentCaller } from './insistent-caller.ts'
import { pick, randomBy } from './random.ts'

/** What a shopper was told of a hold last; `unknown`: no answer came to a call that may have changed it. */
export type Told = 'held' | 'refused' | 'ended' | 'unknown'

export type KnownHold = {
  readonly id: string
  readonly authorization: string
  /** Units by sku, as answered. */
  readonly units: ReadonlyMap<string, number>
  told: Told
  /** Tries of the call that made it: after more than one, an earlier try may still be under way. */
  readonly tries: number
}

/** Of a pay call that was answered. */
export type KnownOrder = {
  readonly id: string
  readonly authorization: string
  readonly skus: readonly string[]
  /** `paid`: the shopper was told that the goods are theirs. */
  readonly told: 'paid' | 'paying'
}

export type CrowdOptions = {
  readonly urls: () => readonly string[]
  /** Of the database whose processes take the tokens. */
  readonly namespace: string
  readonly skus: readonly string[]
  readonly shoppers: number
  readonly seed: number
  /** How often each is done, relative to the others. */
  readonly deeds: Readonly<Partial<Record<Deed, number>>>
  /** Seconds a hold lives, one of them at random. */
  readonly ttls?: readonly number[]
  readonly maxLines?: number
  readonly maxUnits?: number
  /** Things to do in all; without it until `stop`. */
  readonly operations?: number
  /** How likely somebody who gets no answer goes away without one. */
  readonly walksAway?: number
}

export type Crowd = {
  /** Things done so far. */
  readonly done: number
  readonly holds: readonly KnownHold[]
  readonly orders: readonly KnownOrder[]
  /** Answers by status; `503 bare` where one that says "ask again" does not say when. */
  readonly answers: ReadonlyMap<string, number>
  /** Answers that no shopper can explain; each is a fault. */
  readonly surprises: readonly string[]
  /** Everything is done, or `stop` was called. */
  readonly finished: Promise<void>
  stop(): Promise<void>
}

/** A shopper keeps at most so many holds: what it does not release stays for the others to miss. */
const KEPT = 6
const SEEDS = 1_000_000_007

export type CrowdMemory = {
  readonly options: CrowdOptions
  readonly caller: InsistentCaller
  readonly holds: KnownHold[]
  readonly orders: KnownOrder[]
  readonly surprises: string[]
  started: number
  done: number
  isOver: boolean
}

export function startCrowd(options: CrowdOptions): Crowd {
  const answers = new Map<string, number>()
  const random = randomBy(options.seed)
  const caller = createCaller({
    urls: options.urls,
    random: randomBy(Math.floor(random() * SEEDS)),
    walksAway: options.walksAway ?? 0,
    onAnswer: (status, retryAfter) => {
      const name = status === 503 && retryAfter === null ? '503 bare' : String(status)
      answers.set(name, (answers.get(name) ?? 0) + 1)
    },
  })
  const memory: CrowdMemory = {
    ...{ options, caller, holds: [], orders: [], surprises: [], started: 0, done: 0, isOver: false },
  }
  const shoppers = Array.from({ length: options.shoppers }, () =>
    shop(memory, randomBy(Math.floor(random() * SEEDS))),
  )
  const finished = Promise.all(shoppers).then(() => caller.close())
  return {
    get done() {
      return memory.done
    },
    holds: memory.holds,
    orders: memory.orders,
    answers,
    surprises: memory.surprises,
    finished,
    stop: () => {
      memory.isOver = true
      return finished
    },
  }
}

async function shop(memory: CrowdMemory, random: () => number): Promise<void> {
  const { deeds, operations = Number.POSITIVE_INFINITY } = memory.options
  const wishes = (Object.entries(deeds) as [Deed, number][]).flatMap(([deed, often]) =>
    Array.from({ length: often }, () => deed),
  )
  const me: Shopper = { memory, random, kept: [], orders: [], authorization: '', holdsMade: 0 }
  while (!memory.isOver && memory.started < operations) {
    memory.started += 1
    await DEEDS[possible(me, pick(random, wishes))](me)
    memory.done += 1
  }
}

/** What a shopper does who has nothing to do it with, or too much. */
function possible(me: Shopper, wish: Deed): Deed {
  if (wish === 'hold') return me.kept.length >= KEPT ? 'release' : wish
  const isOfOrder = wish === 'cancel' || wish === 'sendBack' || wish === 'lookAtOrder'
  const has = isOfOrder ? me.orders : me.kept
  return has.length > 0 ? wish : me.kept.length >= KEPT ? 'release' : 'hold'
}
