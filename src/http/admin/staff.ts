/** What every route of administration shares: who may, who does it and why, and what its outcome is as a reply. */
import type { Context } from 'hono'
import type { Acting, Change, Obstacle } from '../../admin/acting.ts'
import { type Problem, problem } from '../../errors.ts'
import type { Admit } from '../admission.ts'
import type { AppEnv } from '../context.ts'
import { tellReplay } from '../hold-replies.ts'
import { keyOf } from '../idempotency-key.ts'
import type { Identify } from '../identity.ts'
import { jsonBody } from '../json-body.ts'
import { OF_CALLER, OF_KEYED_CHANGE } from '../problem-responses.ts'

/** How a request gets in. */
export type Entrance = { readonly admit: Admit; readonly identify: Identify }
export type StaffRole = 'inventory' | 'orders'

/** Members of a route that reads. */
export const reading = ({ admit, identify }: Entrance, role: StaffRole) => ({
  'x-access': role,
  middleware: [admit('admin'), identify(role)],
})

/** Members of a route that writes what its JSON body says. */
export const writing = ({ admit, identify }: Entrance, role: StaffRole) => ({
  'x-access': role,
  middleware: [admit('admin'), identify(role), jsonBody],
})

export const OF_READING = ['bad-request', ...OF_CALLER, 'ordering-unavailable'] as const
export const OF_WRITING = [...OF_READING, 'idempotency-key-invalid', ...OF_KEYED_CHANGE] as const

export function actingOf(c: Context<AppEnv>, reason: string): Acting {
  return {
    actor: c.get('identity').subject,
    reason,
    key: keyOf(c.req.header('idempotency-key')),
    request_id: c.get('requestId'),
  }
}

/** The answer of a change that was made, with its headers set. @throws Problem for any other outcome */
export function changed<Answer>(c: Context<AppEnv>, change: Change<Answer>): Answer {
  if (change.outcome !== 'done') throw changeProblem(change)
  tellReplay(c, change)
  return change.answer
}

const IN_PROGRESS_RETRY_S = 1

const DETAIL_OF: Readonly<Record<Obstacle, string>> = {
  ADJUST_BELOW_PROMISED: 'The shelf would have fewer units than are promised to the holds and orders listed.',
  TRANSFER_BELOW_PROMISED: 'Not so many units are there that nobody was promised.',
  IN_PROGRESS: 'Somebody else is changing it. Try again.',
  ALREADY_PAID: 'The hold has become an order.',
  NOT_OPEN: 'Not so many units of a line are left to send.',
  NOT_ASKED: 'More came back than the return says.',
  WRONG_STATE: 'This is not possible in the state it is in.',
}

export function changeProblem(change: Exclude<Change<unknown>, { readonly outcome: 'done' }>): Problem {
  switch (change.outcome) {
    case 'unknown':
      return problem('not-found', { detail: `There is no such ${change.what}.` })
    case 'not_possible':
      return obstacleProblem(change.reason, change.promises)
    case 'reused':
      return problem('idempotency-key-reused')
    case 'in_progress':
      return obstacleProblem('IN_PROGRESS')
    default:
      throw new Error(`outcome not handled: ${change satisfies never}`)
  }
}

type InTheWay = Extract<Change<unknown>, { readonly outcome: 'not_possible' }>['promises']

function obstacleProblem(reason: Obstacle, promises?: InTheWay): Problem {
  return problem('wrong-state', {
    detail: DETAIL_OF[reason],
    members: { reason, ...(promises ? { promises } : {}) },
    ...(reason === 'IN_PROGRESS' ? { retry_after_seconds: IN_PROGRESS_RETRY_S } : {}),
  })
}
