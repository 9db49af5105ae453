/** Holds of the caller: made, looked at, extended, given back. */
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { problem } from '../../errors.ts'
import type { ChangeHold } from '../../orders/change-hold.ts'
import type { HoldOutcome } from '../../orders/hold-answer.ts'
import type { HoldChange, OwnHolds } from '../../orders/own-holds.ts'
import type { PlaceHold } from '../../orders/place-hold.ts'
import type { Admit } from '../admission.ts'
import type { AppEnv } from '../context.ts'
import { holdProblem, obstacleProblem, tellReplay } from '../hold-replies.ts'
import {
  ChangedLines,
  Extension,
  HOLD_EXAMPLE,
  HOLD_NOW_EXAMPLE,
  Hold,
  HoldNow,
  HoldPath,
  KeyHeader,
  NewHold,
} from '../hold-schemas.ts'
import { keyOf } from '../idempotency-key.ts'
import type { Identify } from '../identity.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body } from '../json-parts.ts'
import { OF_CALLER, problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { tellTime } from '../tell-time.ts'

export type HoldServices = {
  readonly place: PlaceHold
  readonly own: OwnHolds
  readonly change: ChangeHold
  /** The clock that decides expiry; null before its first word. */
  readonly postgresNow: () => Date | null
  /** Uniform in [0, 1). */
  readonly random: () => number
}

const OF_NEW = [
  'bad-request',
  'idempotency-key-invalid',
  ...OF_CALLER,
  'not-available',
  'price-changed',
  'wrong-state',
  'body-too-large',
  'unsupported-media-type',
  'idempotency-key-reused',
  'unknown-sku',
  'not-for-sale',
  'mixed-currency',
  'ordering-unavailable',
] as const

const nowReply = (description: string) => answer(description, HoldNow, HOLD_NOW_EXAMPLE)

const makeHold = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/holds',
    summary: 'Hold the units of a cart for some minutes',
    description:
      'All lines or none, unless `allow_partial`. 201 is said only after the units are durably yours. Send an `Idempotency-Key`: when no answer came, the same call tells what became of the first.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest', 'hold'), jsonBody] as const,
    request: {
      headers: KeyHeader,
      body: body(NewHold),
    },
    responses: {
      201: answer('The units are yours until the time of `Hold-Expires-In` (ms) is over', Hold, HOLD_EXAMPLE),
      ...problemResponses(...OF_NEW),
    },
  })

const showHold = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'get',
    path: '/v1/holds/{id}',
    summary: 'A hold as it is now',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest')] as const,
    request: { params: HoldPath },
    responses: {
      200: nowReply('The hold'),
      ...problemResponses('bad-request', ...OF_CALLER, 'not-found', 'ordering-unavailable'),
    },
  })

const extendHold = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/holds/{id}/extend',
    summary: 'More time for a hold',
    description: 'Up to 30 minutes after it was made, and only while nobody waits for its items.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest', 'order'), jsonBody] as const,
    request: {
      params: HoldPath,
      body: body(Extension),
    },
    responses: {
      200: nowReply('With its new time'),
      ...problemResponses(
        'bad-request',
        ...OF_CALLER,
        'not-found',
        'wrong-state',
        'body-too-large',
        'unsupported-media-type',
        'ordering-unavailable',
      ),
    },
  })

const changeHold = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'patch',
    path: '/v1/holds/{id}',
    summary: 'Other lines for a hold',
    description:
      'All new lines or none; refused, the hold stays as it was. Granted, a new hold is in its place, whose id is the `Idempotency-Key`: what was held keeps its price, and the time that is left stays.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest', 'hold'), jsonBody] as const,
    request: {
      params: HoldPath,
      headers: KeyHeader,
      body: body(ChangedLines),
    },
    responses: {
      200: answer('The new hold; the first one is RELEASED', Hold, HOLD_EXAMPLE),
      ...problemResponses(...OF_NEW, 'not-found'),
    },
  })

const releaseHold = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'delete',
    path: '/v1/holds/{id}',
    summary: 'Give the units of a hold back',
    description:
      'Repeating it is safe. While a payment is under way the hold is CLOSING until the provider has said that no money can come.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest', 'order')] as const,
    request: { params: HoldPath },
    responses: {
      200: nowReply('Given back, or about to be'),
      ...problemResponses('bad-request', ...OF_CALLER, 'not-found', 'wrong-state', 'ordering-unavailable'),
    },
  })

export const holdRoutes = (holds: HoldServices, admit: Admit, identify: Identify) => {
  const app = apiRouter([])
  app.use('/v1/holds', tellTime(holds.postgresNow))
  app.use('/v1/holds/*', tellTime(holds.postgresNow))
  return app
    .openapi(makeHold(admit, identify), async (c) => {
      const key = keyOf(c.req.valid('header')['idempotency-key'])
      const customer = c.get('identity').subject
      const outcome = await holds.place({ ...c.req.valid('json'), key, customer })
      return c.json(heldOf(c, outcome, holds.random), 201)
    })
    .openapi(changeHold(admit, identify), async (c) => {
      const key = keyOf(c.req.valid('header')['idempotency-key'])
      const { id } = c.req.valid('param')
      const outcome = await holds.change({
        ...c.req.valid('json'),
        id,
        key,
        customer: c.get('identity').subject,
      })
      if (outcome.outcome === 'unknown') throw problem('not-found', { detail: NOT_YOURS })
      if (outcome.outcome === 'not_possible') throw obstacleProblem(outcome.reason)
      return c.json(heldOf(c, outcome, holds.random), 200)
    })
    .openapi(showHold(admit, identify), async (c) => {
      const hold = await holds.own.read(c.req.valid('param').id, c.get('identity').subject)
      if (hold === null) throw problem('not-found', { detail: NOT_YOURS })
      return c.json(hold, 200)
    })
    .openapi(extendHold(admit, identify), async (c) => {
      const { id } = c.req.valid('param')
      const change = await holds.own.extend(id, c.get('identity').subject, c.req.valid('json').seconds)
      return c.json(changed(change), 200)
    })
    .openapi(releaseHold(admit, identify), async (c) => {
      const change = await holds.own.release(c.req.valid('param').id, c.get('identity').subject)
      return c.json(changed(change), 200)
    })
}

/** The hold, with its headers set. @throws Problem */
function heldOf(c: Context<AppEnv>, outcome: HoldOutcome, random: () => number) {
  if (outcome.outcome !== 'held') throw holdProblem(outcome, random)
  tellReplay(c, outcome)
  c.header('hold-expires-in', String(outcome.expires_in_ms))
  c.header('location', `/v1/holds/${outcome.hold.hold_id}`)
  return outcome.hold
}

const NOT_YOURS = 'You have no such hold.'

/** @throws Problem */
function changed(change: HoldChange) {
  switch (change.outcome) {
    case 'done':
      return change.hold
    case 'unknown':
      throw problem('not-found', { detail: NOT_YOURS })
    case 'not_possible':
      throw obstacleProblem(change.reason)
    default:
      throw new Error(`outcome not handled: ${change satisfies never}`)
  }
}
