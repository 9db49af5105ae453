/** Forms of the reports: drift, reconcile, payments, dead letters, what people did. */
import { z } from '@hono/zod-openapi'
import { TOPICS } from '../../catalog/topics.ts'
import { Sku } from '../hold-schemas.ts'
import { PaymentState } from '../order-schemas.ts'
import { blankAsAbsent } from '../parameters.ts'
import { limit, Money, nextOf, oneOf, Reason } from './forms.ts'
import { beforeNumber } from './order-forms.ts'

const NAME_MAX = 200
const drift = {
  sku: z.string(),
  before: z.int().openapi({ description: 'Units in Redis' }),
  expected: z.int().openapi({ description: 'By Postgres, less admissions under way' }),
  drift: z.int(),
  cause: z.enum(['failover', 'lost_settle', 'lost_delta', 'manual', 'unknown']),
  fixed: z.boolean(),
}

export const DriftForm = z
  .strictObject({
    findings: z.array(z.strictObject({ run: z.uuid(), at: z.iso.datetime(), ...drift })).readonly(),
  })
  .openapi('Drift')
export const LimitParameters = z.strictObject({ limit })

export const ReconcileForm = z
  .strictObject({
    sku: Sku.nullable().default(null).openapi({ description: 'Only this one; absent: every SKU' }),
    fix: z.boolean().default(false).openapi({ description: 'Set counts that differ, and keep the findings' }),
    reason: Reason,
  })
  .openapi('Reconcile')
export const ReconciledForm = z
  .strictObject({
    compared: z.int(),
    not_loaded: z.int().openapi({ description: 'SKUs that Redis does not have; the next cart loads them' }),
    drift: z.array(z.strictObject(drift)).readonly(),
    busy: z
      .array(z.string())
      .readonly()
      .openapi({ description: 'Changed faster than they could be compared' }),
    unanswered: z.array(z.string()).readonly().openapi({ description: 'Redis gave no answer' }),
  })
  .openapi('Reconciled')

export const PaymentsParameters = z.strictObject({
  state: PaymentState.default('UNKNOWN').openapi({ param: { description: 'Payments in this state' } }),
  limit,
})
export const PaymentsForm = z
  .strictObject({
    payments: z
      .array(
        z.strictObject({
          ...{ payment_id: z.uuid(), order_id: z.uuid(), customer: z.string(), attempt: z.int() },
          ...{ provider: z.string(), provider_ref: z.string().nullable(), state: PaymentState },
          ...{ currency: z.string(), amount_minor: Money, paid_minor: Money },
          tries: z.int().openapi({ description: 'Questions to the provider without an answer' }),
          created_at: z.iso.datetime(),
        }),
      )
      .readonly(),
  })
  .openapi('Payments')

export const LettersParameters = z.strictObject({ topic: oneOf(TOPICS, 'Only events of this topic'), limit })
const letter = { consumer: z.string(), event_id: z.string() }
export const LettersForm = z
  .strictObject({
    letters: z
      .array(
        z.strictObject({
          ...letter,
          ...{ topic: z.string(), key: z.string(), type: z.string(), error: z.string(), attempts: z.int() },
          state: z.enum(['open', 'retry', 'done', 'dropped']),
          at: z.iso.datetime(),
        }),
      )
      .readonly(),
  })
  .openapi('DeadLetters')
export const LetterPath = z.object({
  consumer: z
    .string()
    .max(NAME_MAX)
    .openapi({ param: { name: 'consumer', in: 'path' }, example: 'mail' }),
  event_id: z
    .string()
    .max(NAME_MAX)
    .openapi({ param: { name: 'event_id', in: 'path' }, example: '90112' }),
})
export const LetterEndForm = z
  .strictObject({ ...letter, state: z.enum(['retry', 'dropped']) })
  .openapi('DeadLetterEnd')

export const ActionsParameters = z.strictObject({
  target: blankAsAbsent(z.string().max(NAME_MAX).nullable().default(null)).openapi({
    type: 'string',
    param: { description: 'Only what was done to this: a SKU, the id of a hold, order or return' },
  }),
  before: beforeNumber,
  limit,
})
export const ActionsForm = z
  .strictObject({
    actions: z
      .array(
        z.strictObject({
          ...{ id: z.string(), actor: z.string(), action: z.string(), target: z.string() },
          ...{ reason: z.string(), request_id: z.string().nullable(), at: z.iso.datetime() },
        }),
      )
      .readonly(),
    next: nextOf(z.string()),
  })
  .openapi('Actions')

const FOUND = { sku: 'LAMP-7', before: 20, expected: 17, drift: 3, cause: 'manual' as const, fixed: true }
const AT = '2026-11-23T14:02:10.114Z'
export const EXAMPLES = {
  drift: { findings: [{ run: '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01', at: AT, ...FOUND }] },
  reconciled: { compared: 1_204, not_loaded: 3, drift: [FOUND], busy: [], unanswered: [] },
  payments: {
    payments: [
      {
        payment_id: '0190f3c2-9c03-7e21-8f44-1a2b3c4d5e6f',
        order_id: '0190f3c2-8a55-7d10-b7a1-5d0c9e1f4b02',
        customer: 'guest:3f0c6a52-9a0e-4b0e-8a5e-0d6a3b1f7c21',
        ...{
          attempt: 1,
          provider: 'sim',
          provider_ref: 'pay_5f0d',
          state: 'UNKNOWN' as const,
          currency: 'EUR',
        },
        ...{ amount_minor: 9_980, paid_minor: 0, tries: 4, created_at: AT },
      },
    ],
  },
  letters: {
    letters: [
      {
        ...{
          consumer: 'mail',
          event_id: '90112',
          topic: 'order',
          key: '0190f3c2-8a55-7d10-b7a1-5d0c9e1f4b02',
        },
        ...{
          type: 'order.paid',
          error: 'the mail server refused it',
          attempts: 8,
          state: 'open' as const,
          at: AT,
        },
      },
    ],
  },
  letterEnd: { consumer: 'mail', event_id: '90112', state: 'retry' as const },
  actions: {
    actions: [
      {
        ...{ id: '17', actor: 'ann', action: 'stock.adjust', target: 'LAMP-7', reason: 'stocktaking' },
        ...{ request_id: 'made-by-proxy', at: AT },
      },
    ],
    next: null,
  },
}
