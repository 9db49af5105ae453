/** What needs a person: drift of the gate, payments that are unclear, what others have done. */
import { createRoute } from '@hono/zod-openapi'
import type { Reports } from '../../../admin/reports.ts'
import { answer, body } from '../../json-parts.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import {
  ActionsForm,
  ActionsParameters,
  DriftForm,
  EXAMPLES,
  LimitParameters,
  PaymentsForm,
  PaymentsParameters,
  ReconciledForm,
  ReconcileForm,
} from '../report-forms.ts'
import { actingOf, type Entrance, OF_READING, reading, writing } from '../staff.ts'

const showDrift = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/drift',
    summary: 'What reconcile has found last, youngest first',
    ...reading(entrance, 'inventory'),
    request: { query: LimitParameters },
    responses: { 200: answer('The findings', DriftForm, EXAMPLES.drift), ...problemResponses(...OF_READING) },
  })

const reconcile = (entrance: Entrance) =>
  createRoute({
    method: 'post',
    path: '/admin/reconcile',
    summary: 'Compare the counts in Redis with Postgres, under traffic',
    description: 'Only looks, unless `fix`. As `bin/aisle orders reconcile`.',
    ...writing(entrance, 'orders'),
    request: { body: body(ReconcileForm) },
    responses: {
      200: answer('What was found', ReconciledForm, EXAMPLES.reconciled),
      ...problemResponses(...OF_READING, 'body-too-large', 'unsupported-media-type'),
    },
  })

const listPayments = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/payments',
    summary: 'Payments in a state, oldest first; without one those whose outcome nobody knows',
    ...reading(entrance, 'orders'),
    request: { query: PaymentsParameters },
    responses: {
      200: answer('Payments', PaymentsForm, EXAMPLES.payments),
      ...problemResponses(...OF_READING),
    },
  })

const listActions = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/audit',
    summary: 'What people of the shop have done, youngest first, with who and why',
    ...reading(entrance, 'orders'),
    request: { query: ActionsParameters },
    responses: { 200: answer('One page', ActionsForm, EXAMPLES.actions), ...problemResponses(...OF_READING) },
  })

export const reportRoutes = (reports: Reports, entrance: Entrance) =>
  apiRouter(['limit', 'state', 'target', 'before'])
    .openapi(showDrift(entrance), async (c) =>
      c.json({ findings: await reports.drift(c.req.valid('query').limit) }, 200),
    )
    .openapi(reconcile(entrance), async (c) => {
      const { sku, fix, reason } = c.req.valid('json')
      const found = await reports.reconcile(actingOf(c, reason), { sku, isFix: fix }, c.get('signal'))
      const drift = found.drift.map((row) => ({ ...row, drift: row.before - row.expected }))
      return c.json({ ...found, drift }, 200)
    })
    .openapi(listPayments(entrance), async (c) => {
      const { state, limit } = c.req.valid('query')
      return c.json({ payments: await reports.payments(state, limit) }, 200)
    })
    .openapi(listActions(entrance), async (c) => {
      const { target, ...page } = c.req.valid('query')
      return c.json(await reports.actions(target, page), 200)
    })
