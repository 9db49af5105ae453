/**
 * A crowd: many shoppers at once, each doing one random thing after another by seed, over several processes. It
 * remembers what it was told, so that a test can compare it with what Postgres has.
 */
import { randomUUID } from 'node:crypto'
import { bearerOf } from './identity.ts'
import { createCaller, type InsistentCaller, type Reply } from './insistent-caller.ts'
import { pick, randomBy } from './random.ts'
import { type AskedLine, newKey } from './shopper.ts'

/** What a shopper was told of a hold last; `unknown`: no answer came to a call that may have changed it. */
export type Told = 'held' | 'refused' | 'ended' | 'unknown'

export type KnownHold = {
  readonly id: string
  readonly authorization: string
  /** Units by sku, as answered. */
  units: ReadonlyMap<string, number>
  told: Told
  /** Tries of the call that made it: after more than one, an earlier try may still be under way. */
  readonly tries: number
}

export type Deed = 'hold' | 'release' | 'extend' | 'change' | 'look'

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
  readonly walksAway?: number
}

export type Crowd = {
  /** Things done so far. */
  readonly done: number
  readonly holds: readonly KnownHold[]
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
/** A new customer after so many holds, so that limits of one customer do not bind. */
const HOLDS_AS_ONE = 4

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
  const shared: Shared = { options, caller, holds: [], surprises: [], started: 0, done: 0, isOver: false }
  const shoppers = Array.from({ length: options.shoppers }, () =>
    shop(shared, randomBy(Math.floor(random() * SEEDS))),
  )
  const finished = Promise.all(shoppers).then(() => caller.close())
  return {
    get done() {
      return shared.done
    },
    holds: shared.holds,
    answers,
    surprises: shared.surprises,
    finished,
    stop: () => {
      shared.isOver = true
      return finished
    },
  }
}

const SEEDS = 1_000_000_007

type Shared = {
  readonly options: CrowdOptions
  readonly caller: InsistentCaller
  readonly holds: KnownHold[]
  readonly surprises: string[]
  started: number
  done: number
  isOver: boolean
}

type Shopper = {
  readonly shared: Shared
  readonly random: () => number
  /** Holds that may be live. */
  readonly kept: KnownHold[]
  authorization: string
  holdsMade: number
}

async function shop(shared: Shared, random: () => number): Promise<void> {
  const { deeds, operations = Number.POSITIVE_INFINITY } = shared.options
  const basket = (Object.entries(deeds) as [Deed, number][]).flatMap(([deed, often]) =>
    Array.from({ length: often }, () => deed),
  )
  const me: Shopper = { shared, random, kept: [], authorization: '', holdsMade: 0 }
  while (!shared.isOver && shared.started < operations) {
    shared.started += 1
    const wish = pick(random, basket)
    const deed = me.kept.length === 0 ? 'hold' : me.kept.length >= KEPT ? 'release' : wish
    await DEEDS[deed](me)
    shared.done += 1
  }
}

const DEEDS: Readonly<Record<Deed, (me: Shopper) => Promise<void>>> = {
  async hold(me) {
    const { ttls = [600] } = me.shared.options
    if (me.holdsMade % HOLDS_AS_ONE === 0) await becomeSomebodyElse(me)
    me.holdsMade += 1
    const body = {
      lines: someLines(me),
      allow_partial: me.random() < 0.1,
      ttl_s: pick(me.random, ttls),
    }
    const key = newKey()
    const reply = await ask(me, 'POST', '/v1/holds', { key, body })
    remember(me, key, reply, [201])
  },
  async release(me) {
    const hold = take(me)
    const reply = await ask(me, 'DELETE', `/v1/holds/${hold.id}`, hold)
    expectOneOf(me, reply, [200, 409], 'release')
    if (reply === null) hold.told = 'unknown'
    else if (reply.status === 200) hold.told = 'ended'
  },
  async extend(me) {
    const hold = pick(me.random, me.kept)
    const reply = await ask(me, 'POST', `/v1/holds/${hold.id}/extend`, { ...hold, body: { seconds: 60 } })
    expectOneOf(me, reply, [200, 409], 'extend')
  },
  async change(me) {
    const hold = take(me)
    const key = newKey()
    const body = { lines: someLines(me) }
    const reply = await ask(me, 'PATCH', `/v1/holds/${hold.id}`, { ...hold, key, body })
    remember(me, key, reply, [200])
    if (reply === null) hold.told = 'unknown'
    else if (reply.status === 200) hold.told = 'ended'
    else me.kept.push(hold)
  },
  async look(me) {
    const hold = pick(me.random, me.kept)
    const reply = await ask(me, 'GET', `/v1/holds/${hold.id}`, hold)
    expectOneOf(me, reply, hold.told === 'unknown' ? [200, 404] : [200], 'look')
  },
}

type Rest = { readonly authorization?: string; readonly key?: string; readonly body?: unknown }

function ask(
  me: Shopper,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  { authorization = me.authorization, key, body }: Rest,
): Promise<Reply | null> {
  const keyed = key === undefined ? {} : { key }
  return me.shared.caller.call({
    ...{ method, path, authorization },
    ...(body === undefined ? {} : { body }),
    ...keyed,
  })
}

/** What an answer to a call for a hold says of it. @param granted statuses that grant */
function remember(me: Shopper, id: string, reply: Reply | null, granted: readonly number[]): void {
  expectOneOf(me, reply, [...granted, 409], 'hold')
  const isHeld = reply !== null && granted.includes(reply.status)
  const lines: readonly AskedLine[] = isHeld ? reply.body.lines : []
  const units = new Map<string, number>()
  for (const { sku, qty } of lines) units.set(sku, (units.get(sku) ?? 0) + qty)
  const told = isHeld ? 'held' : reply === null ? 'unknown' : 'refused'
  const hold = { id, authorization: me.authorization, units, told, tries: reply?.tries ?? 0 } as const
  const kept: KnownHold = { ...hold }
  me.shared.holds.push(kept)
  if (isHeld) me.kept.push(kept)
}

function expectOneOf(me: Shopper, reply: Reply | null, statuses: readonly number[], deed: string): void {
  if (reply === null || statuses.includes(reply.status)) return
  me.shared.surprises.push(`${deed}: ${reply.status} ${JSON.stringify(reply.body)}`)
}

function take(me: Shopper): KnownHold {
  const [hold] = me.kept.splice(Math.floor(me.random() * me.kept.length), 1)
  if (hold === undefined) throw new RangeError('this shopper has no hold')
  return hold
}

/** A SKU may come twice: it counts as the sum. */
function someLines({ random, shared: { options } }: Shopper): AskedLine[] {
  const { skus, maxLines = 3, maxUnits = 2 } = options
  return Array.from({ length: 1 + Math.floor(random() * maxLines) }, () => ({
    sku: pick(random, skus),
    qty: 1 + Math.floor(random() * maxUnits),
  }))
}

async function becomeSomebodyElse(me: Shopper): Promise<void> {
  me.authorization = await bearerOf(`guest:${randomUUID()}`, 'guest', me.shared.options.namespace)
}
