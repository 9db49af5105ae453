/** From the words about orders and payments to problems. */
import { type Problem, problem } from '../errors.ts'
import type { OrderChange, OrderObstacle } from '../orders/change-orders.ts'
import type { PayOutcome } from '../orders/pay.ts'
import { obstacleProblem } from './hold-replies.ts'
import { ORDERING_RETRY_SECONDS } from './problem-reply.ts'

const DETAIL_OF: Readonly<Record<OrderObstacle, string>> = {
  NOT_PAID: 'The order is not paid. Give its hold back instead.',
  ALREADY_SHIPPED: 'Not so many units are left that have not been sent.',
  NOT_SHIPPED: 'Not so many units have been sent, or they are coming back already.',
  CANCELLED: 'Nothing of this order is left.',
}

export const NO_SUCH_HOLD = 'You have no such hold.'
export const NO_SUCH_ORDER = 'You have no such order.'
const NO_PROVIDER = 'Nothing can be paid for in this shop at the moment.'

export function payProblem(outcome: Exclude<PayOutcome, { readonly outcome: 'accepted' }>): Problem {
  switch (outcome.outcome) {
    case 'unknown':
      return problem('not-found', { detail: NO_SUCH_HOLD })
    case 'not_possible':
      return obstacleProblem(outcome.reason)
    case 'reused':
      return problem('idempotency-key-reused')
    case 'no_provider':
      return problem('ordering-unavailable', {
        detail: NO_PROVIDER,
        retry_after_seconds: ORDERING_RETRY_SECONDS,
      })
    default:
      throw new Error(`outcome not handled: ${outcome satisfies never}`)
  }
}

export function orderProblem(outcome: Exclude<OrderChange<unknown>, { readonly outcome: 'done' }>): Problem {
  switch (outcome.outcome) {
    case 'unknown':
      return problem('not-found', { detail: NO_SUCH_ORDER })
    case 'not_possible':
      return problem('wrong-state', {
        detail: DETAIL_OF[outcome.reason],
        members: { reason: outcome.reason },
      })
    case 'reused':
      return problem('idempotency-key-reused')
    case 'in_progress':
      return obstacleProblem('IN_PROGRESS')
    default:
      throw new Error(`outcome not handled: ${outcome satisfies never}`)
  }
}
