/**
 * How unpleasant the simulated provider is, and what fate a seed gives to one payment, call or webhook. Every draw
 * depends on the seed and on what it is for (key, call, number of the try), never on the order of arrival: the same
 * seed gives the same fates however the requests race.
 */
import { z } from 'zod'
import { randomOf } from '../src/catalog/seed/random.ts'

const ratio = z.number().min(0).max(1)
const ms = z.number().min(0).max(86_400_000)

export const Rates = z.strictObject({
  /** Until a payment is decided: log-normal by its median and 99th percentile. Both 0: decided in the call itself. */
  delay_p50_ms: ms,
  delay_p99_ms: ms,
  decline_ratio: ratio,
  /** Webhooks come up to so late, evenly. */
  webhook_late_max_ms: ms,
  /** Most copies of one webhook; each has its own lateness. */
  webhook_copies_max: z.int().min(1).max(10),
  /** Held back until a later event of the provider has gone out. */
  webhook_reordered_ratio: ratio,
  webhook_lost_ratio: ratio,
  /** The call had its effect, the answer is a 500. */
  error_after_ratio: ratio,
  /** The call had its effect, the answer never comes. */
  timeout_after_ratio: ratio,
  /** A cancel that comes just after the money. */
  cancel_race_ratio: ratio,
  /** `shopper`: a payment waits for a click on its page. */
  mode: z.enum(['auto', 'shopper']),
})
export type Rates = z.infer<typeof Rates>

/** The provider of the order design, section 7. */
export const HOSTILE_RATES: Rates = {
  delay_p50_ms: 300,
  delay_p99_ms: 8_000,
  decline_ratio: 0.05,
  webhook_late_max_ms: 120_000,
  webhook_copies_max: 3,
  webhook_reordered_ratio: 0.1,
  webhook_lost_ratio: 0.02,
  error_after_ratio: 0.02,
  timeout_after_ratio: 0.01,
  cancel_race_ratio: 0.01,
  mode: 'auto',
}

/** Everything at once, nothing lost, everybody pays. */
export const QUIET_RATES: Rates = {
  delay_p50_ms: 0,
  delay_p99_ms: 0,
  decline_ratio: 0,
  webhook_late_max_ms: 0,
  webhook_copies_max: 1,
  webhook_reordered_ratio: 0,
  webhook_lost_ratio: 0,
  error_after_ratio: 0,
  timeout_after_ratio: 0,
  cancel_race_ratio: 0,
  mode: 'auto',
}

/** What a payment's metadata forces. Absent: the draw decides. */
export type Scenario = {
  readonly isDeclined?: boolean
  readonly isPaidAfterCancel?: boolean
  readonly isByShopper?: boolean
  readonly isLost?: boolean
  readonly lateMs?: number
  readonly copies?: number
  /** Takes so much less than it was asked for, minor units. */
  readonly shortMinor?: number
  /** Takes another currency (ISO 4217). */
  readonly currency?: string
}

/** @param text such as `decline`, `late:90` (s), `dup:3`, `lost`, `paid_after_cancel`, `shopper`, `short:1`, `in:SEK`; several joined by `+` */
export function parseScenario(text: string): Scenario | null {
  let scenario: Scenario = {}
  for (const part of text.split('+')) {
    const [name, value = ''] = part.split(':', 2)
    const number = /^\d{1,4}$/.test(value) ? Number(value) : null
    if (part === 'decline') scenario = { ...scenario, isDeclined: true }
    else if (part === 'lost') scenario = { ...scenario, isLost: true }
    else if (part === 'paid_after_cancel') scenario = { ...scenario, isPaidAfterCancel: true }
    else if (part === 'shopper') scenario = { ...scenario, isByShopper: true }
    else if (name === 'late' && number !== null) scenario = { ...scenario, lateMs: number * 1_000 }
    else if (name === 'dup' && number !== null && number >= 1) scenario = { ...scenario, copies: number }
    else if (name === 'short' && number !== null) scenario = { ...scenario, shortMinor: number }
    else if (name === 'in' && /^[A-Z]{3}$/.test(value)) scenario = { ...scenario, currency: value }
    else return null
  }
  return scenario
}

export type PaymentFate = { readonly delayMs: number; readonly isDeclined: boolean }
export type CallFate = 'answered' | 'error_after' | 'timeout_after'
export type WebhookFate = {
  readonly isLost: boolean
  readonly isReordered: boolean
  /** ms until each copy goes out. */
  readonly copies: readonly number[]
}

/** @param what names that make the draw its own: key, call, number of the try */
function drawsOf(seed: number, ...what: readonly (string | number)[]) {
  let hash = 0x811c9dc5 // FNV-1a, 32 bits
  for (const sign of what.join('\n')) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193)
  return randomOf(seed, hash)
}

/** When and how a payment is decided. */
export function paymentFate(rates: Rates, seed: number, key: string, scenario: Scenario): PaymentFate {
  const draws = drawsOf(seed, 'payment', key)
  const [u, v, w] = [draws.unit(), draws.unit(), draws.unit()]
  const normal = Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v) // Box and Muller, 1958
  return {
    delayMs: logNormal(rates.delay_p50_ms, rates.delay_p99_ms, normal),
    isDeclined: scenario.isDeclined ?? w < rates.decline_ratio,
  }
}

/** @param tried 1 for the first call with this key */
export function callFate(rates: Rates, seed: number, call: string, key: string, tried: number): CallFate {
  const unit = drawsOf(seed, 'call', call, key, tried).unit()
  if (unit < rates.error_after_ratio) return 'error_after'
  return unit < rates.error_after_ratio + rates.timeout_after_ratio ? 'timeout_after' : 'answered'
}

/** Whether the money came just before this cancel. */
export function isRaced(rates: Rates, seed: number, ref: string): boolean {
  return drawsOf(seed, 'race', ref).unit() < rates.cancel_race_ratio
}

export function webhookFate(rates: Rates, seed: number, eventId: string, scenario: Scenario): WebhookFate {
  const draws = drawsOf(seed, 'webhook', eventId)
  const [lost, reordered] = [draws.unit(), draws.unit()]
  const copies = scenario.copies ?? draws.integer(1, rates.webhook_copies_max)
  const lateMs = () => scenario.lateMs ?? draws.unit() * rates.webhook_late_max_ms
  return {
    isLost: scenario.isLost ?? lost < rates.webhook_lost_ratio,
    isReordered: reordered < rates.webhook_reordered_ratio,
    copies: Array.from({ length: copies }, lateMs),
  }
}

/** 99 % of a standard normal lie below this. */
const Z_99 = 2.3263

function logNormal(p50: number, p99: number, normal: number): number {
  if (p50 <= 0) return 0
  const sigma = p99 > p50 ? Math.log(p99 / p50) / Z_99 : 0
  return p50 * Math.exp(sigma * normal)
}
