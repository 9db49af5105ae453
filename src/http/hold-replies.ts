/** From the words of the order path to problems: which status and type a refusal has. */
import type { Context } from 'hono'
import { type Problem, type ProblemName, problem } from '../errors.ts'
import type { HoldOutcome } from '../orders/hold-answer.ts'
import type { HoldObstacle } from '../orders/own-holds.ts'
import type { Refusal, RefusalReason } from '../orders/types.ts'
import type { AppEnv } from './context.ts'

/** Retry-After, seconds, when Postgres is away. */
const UNAVAILABLE_RETRY_S = 5
/** Retry-After of an overload, seconds: 1 to this, at random, so that those sent away do not come back together. */
const OVERLOADED_RETRY_MAX_S = 3
const IN_PROGRESS_RETRY_S = 1

const PROBLEM_OF: Readonly<Record<RefusalReason, ProblemName>> = {
  SOLD_OUT: 'not-available',
  PARTIAL: 'not-available',
  QUEUE: 'not-available',
  LIMIT: 'not-available',
  PRICE_CHANGED: 'price-changed',
  ABANDONED: 'wrong-state',
  UNKNOWN_SKU: 'unknown-sku',
  NOT_FOR_SALE: 'not-for-sale',
  MIXED_CURRENCY: 'mixed-currency',
}

const DETAIL_OF: Readonly<Record<RefusalReason, string>> = {
  SOLD_OUT: 'Nothing is left.',
  PARTIAL: 'Some lines could be had in part or not at all; nothing is held.',
  QUEUE: 'Others wait for this; they come first.',
  LIMIT: 'One customer may have no more of this.',
  PRICE_CHANGED: 'A price has changed; nothing is held.',
  ABANDONED: 'The first call with this key was given up. Use a new key.',
  UNKNOWN_SKU: 'No stock is kept of a line.',
  NOT_FOR_SALE: 'A line is not for sale.',
  MIXED_CURRENCY: 'The lines are sold in different currencies.',
}

/** @param headers to go with it */
export function refusalProblem(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): Problem {
  const { reason, lines, prices, limit, used } = refusal
  const [first] = lines
  return problem(PROBLEM_OF[reason], {
    detail: DETAIL_OF[reason],
    headers,
    members: {
      reason,
      lines,
      ...(prices ? { prices } : {}),
      ...(limit === undefined ? {} : { limit }),
      ...(used === undefined ? {} : { used }),
      ...(reason === 'QUEUE' && first ? { queue: queueOf(first.sku) } : {}),
    },
  })
}

/** @param random uniform in [0, 1) */
export function holdProblem(
  outcome: Exclude<HoldOutcome, { readonly outcome: 'held' }>,
  random: () => number,
): Problem {
  switch (outcome.outcome) {
    case 'refused':
      return refusalProblem(outcome.refusal, outcome.isReplay ? REPLAY : {})
    case 'invalid':
      return problem('bad-request', {
        detail: outcome.faults.map((fault) => `${fault.path} ${fault.message}`).join('; '),
        errors: outcome.faults,
      })
    case 'reused':
      return problem('idempotency-key-reused')
    case 'overloaded':
      return problem('overloaded', { retry_after_seconds: 1 + Math.floor(random() * OVERLOADED_RETRY_MAX_S) })
    case 'unavailable':
      return problem('ordering-unavailable', { retry_after_seconds: UNAVAILABLE_RETRY_S })
    default:
      throw new Error(`outcome not handled: ${outcome satisfies never}`)
  }
}

export function obstacleProblem(reason: HoldObstacle): Problem {
  return problem('wrong-state', {
    members: { reason },
    ...(reason === 'IN_PROGRESS' ? { retry_after_seconds: IN_PROGRESS_RETRY_S } : {}),
  })
}

/** Says that this is the answer of an earlier call with the same key. */
const REPLAY = { 'idempotent-replay': 'true' } as const

/** Say of a good answer whether an earlier call had it. */
export function tellReplay(c: Context<AppEnv>, { isReplay }: { readonly isReplay: boolean }): void {
  for (const [name, value] of Object.entries(isReplay ? REPLAY : {})) c.header(name, value)
}

function queueOf(sku: string) {
  return { sku, join: `/v1/queues/${encodeURIComponent(sku)}/tickets` }
}
