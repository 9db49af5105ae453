/** What a shopper of a crowd does, one call each, and what it makes of the answer. */
import { randomUUID } from 'node:crypto'
import type { CrowdMemory, KnownHold, KnownOrder } from './crowd.ts'
import { bearerOf } from './identity.ts'
import type { Call, Reply } from './insistent-caller.ts'
import { pick } from './random.ts'
import { type AskedLine, newKey } from './shopper.ts'

export type Deed =
  | 'hold'
  | 'release'
  | 'extend'
  | 'change'
  | 'look'
  | 'pay'
  | 'cancel'
  | 'sendBack'
  | 'lookAtOrder'

export type Shopper = {
  readonly memory: CrowdMemory
  readonly random: () => number
  /** Holds that may be live. */
  readonly kept: KnownHold[]
  /** Its last orders. */
  readonly orders: KnownOrder[]
  authorization: string
  holdsMade: number
}

/** A new customer after so many holds, so that limits of one customer do not bind. */
const HOLDS_AS_ONE = 4
const ORDERS_KEPT = 10
/** Cases that the simulated provider is asked for; most payments have none. */
const SCENARIOS = ['decline', 'lost', 'dup:3', 'paid_after_cancel', 'late:1'] as const
const SCENARIO_SHARE = 0.2
const PARTIAL_SHARE = 0.1

export const DEEDS: Readonly<Record<Deed, (me: Shopper) => Promise<void>>> = {
  async hold(me) {
    const { ttls = [600] } = me.memory.options
    if (me.holdsMade % HOLDS_AS_ONE === 0) await becomeSomebodyElse(me)
    me.holdsMade += 1
    const allow_partial = me.random() < PARTIAL_SHARE
    const body = { lines: someLines(me), allow_partial, ttl_s: pick(me.random, ttls) }
    const key = newKey()
    const reply = await ask(me, { method: 'POST', path: '/v1/holds', key, body })
    remember(me, { id: key, authorization: me.authorization }, reply, 201)
  },
  async release(me) {
    const hold = take(me)
    const reply = await ask(me, { method: 'DELETE', path: `/v1/holds/${hold.id}`, ...of(hold) })
    expectOneOf(me, reply, [200, 409], 'release')
    if (reply === null) hold.told = 'unknown'
    else if (reply.status === 200) hold.told = 'ended'
  },
  async extend(me) {
    const hold = pick(me.random, me.kept)
    const body = { seconds: 60 }
    const reply = await ask(me, { method: 'POST', path: `/v1/holds/${hold.id}/extend`, ...of(hold), body })
    expectOneOf(me, reply, [200, 409], 'extend')
  },
  async change(me) {
    const hold = take(me)
    const key = newKey()
    const body = { lines: someLines(me) }
    const reply = await ask(me, { method: 'PATCH', path: `/v1/holds/${hold.id}`, ...of(hold), key, body })
    remember(me, { id: key, ...of(hold) }, reply, 200)
    if (reply === null) hold.told = 'unknown'
    else if (reply.status === 200) hold.told = 'ended'
    else me.kept.push(hold)
  },
  async look(me) {
    const hold = pick(me.random, me.kept)
    const reply = await ask(me, { method: 'GET', path: `/v1/holds/${hold.id}`, ...of(hold) })
    expectOneOf(me, reply, [200], 'look')
  },
  async pay(me) {
    const hold = take(me)
    const key = newKey()
    const body = me.random() < SCENARIO_SHARE ? { scenario: pick(me.random, SCENARIOS) } : {}
    const reply = await ask(me, { method: 'POST', path: `/v1/holds/${hold.id}/pay`, ...of(hold), key, body })
    expectOneOf(me, reply, [202, 409], 'pay')
    if (reply?.status !== 202) return // it is over, or what became of it is not known
    const { order_id: id, state } = reply.body
    if (state === 'PENDING_PAYMENT') me.kept.push(hold) // it may have been declined: paid again, or given back
    const told = state === 'ALLOCATED' ? 'paid' : 'paying'
    const order: KnownOrder = { id, ...of(hold), skus: [...hold.units.keys()], told }
    me.memory.orders.push(order)
    me.orders.push(order)
    if (me.orders.length > ORDERS_KEPT) me.orders.shift()
  },
  async cancel(me) {
    const order = pick(me.random, me.orders)
    const lines = me.random() < 0.5 ? null : [{ sku: pick(me.random, order.skus), qty: 1 }]
    await changeOrder(me, order, 'cancel', { lines })
  },
  async sendBack(me) {
    const order = pick(me.random, me.orders)
    await changeOrder(me, order, 'returns', { lines: [{ sku: pick(me.random, order.skus), qty: 1 }] })
  },
  async lookAtOrder(me) {
    const order = pick(me.random, me.orders)
    const reply = await ask(me, { method: 'GET', path: `/v1/orders/${order.id}`, ...of(order) })
    expectOneOf(me, reply, [200], 'look at an order')
  },
}

async function changeOrder(me: Shopper, order: KnownOrder, what: string, body: unknown): Promise<void> {
  const path = `/v1/orders/${order.id}/${what}`
  const reply = await ask(me, { method: 'POST', path, ...of(order), key: newKey(), body })
  expectOneOf(me, reply, [200, 201, 409], what)
}

const of = ({ authorization }: { readonly authorization: string }) => ({ authorization })

function ask(me: Shopper, call: Omit<Call, 'authorization'> & Partial<Call>): Promise<Reply | null> {
  return me.memory.caller.call({ authorization: me.authorization, ...call })
}

/** What an answer to a call for a hold says of it. @param granted the status that grants */
function remember(
  me: Shopper,
  hold: Pick<KnownHold, 'id' | 'authorization'>,
  reply: Reply | null,
  granted: number,
): void {
  expectOneOf(me, reply, [granted, 409], 'hold')
  const isHeld = reply?.status === granted
  const lines: readonly AskedLine[] = isHeld ? reply.body.lines : []
  const units = new Map<string, number>()
  for (const { sku, qty } of lines) units.set(sku, (units.get(sku) ?? 0) + qty)
  const told = isHeld ? 'held' : reply === null ? 'unknown' : 'refused'
  const known: KnownHold = { ...hold, units, told, tries: reply?.tries ?? 0 }
  me.memory.holds.push(known)
  if (isHeld) me.kept.push(known)
}

function expectOneOf(me: Shopper, reply: Reply | null, statuses: readonly number[], deed: string): void {
  if (reply === null || statuses.includes(reply.status)) return
  me.memory.surprises.push(`${deed}: ${reply.status} ${JSON.stringify(reply.body)}`)
}

function take(me: Shopper): KnownHold {
  const [hold] = me.kept.splice(Math.floor(me.random() * me.kept.length), 1)
  if (hold === undefined) throw new RangeError('this shopper has no hold')
  return hold
}

/** A SKU may come twice: it counts as the sum. */
function someLines({ random, memory: { options } }: Shopper): AskedLine[] {
  const { skus, maxLines = 3, maxUnits = 2 } = options
  return Array.from({ length: 1 + Math.floor(random() * maxLines) }, () => ({
    sku: pick(random, skus),
    qty: 1 + Math.floor(random() * maxUnits),
  }))
}

async function becomeSomebodyElse(me: Shopper): Promise<void> {
  me.authorization = await bearerOf(`guest:${randomUUID()}`, 'guest', me.memory.options.namespace)
}
