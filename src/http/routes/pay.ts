/** `POST /v1/holds/{id}/pay`: a hold becomes an order once its money has come. */
import { createRoute } from '@hono/zod-openapi'
import type { Pay } from '../../orders/pay.ts'
import type { Admit } from '../admission.ts'
import { tellReplay } from '../hold-replies.ts'
import { HoldPath } from '../hold-schemas.ts'
import { keyOf } from '../idempotency-key.ts'
import type { Identify } from '../identity.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body } from '../json-parts.ts'
import { payProblem } from '../order-replies.ts'
import { NewPayment, OnceHeader, PAY_EXAMPLE, PaymentAccepted } from '../order-schemas.ts'
import { OF_CALLER, problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'

const payHold = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/holds/{id}/pay',
    summary: 'Pay for a hold',
    description:
      'The key of the first call becomes the id of the order. While the payment is under way the units stay held. Declined, the hold can be paid for again with another key, three times in all.',
    'x-access': 'guest',
    middleware: [admit('payment'), identify('guest', 'order'), jsonBody] as const,
    request: {
      params: HoldPath,
      headers: OnceHeader,
      body: body(NewPayment),
    },
    responses: {
      202: answer(
        'The payment is under way, or over: `Location` is the order, which tells how it goes on',
        PaymentAccepted,
        PAY_EXAMPLE,
      ),
      ...problemResponses(
        'bad-request',
        'idempotency-key-invalid',
        ...OF_CALLER,
        'not-found',
        'wrong-state',
        'body-too-large',
        'unsupported-media-type',
        'idempotency-key-reused',
        'ordering-unavailable',
      ),
    },
  })

export const payRoutes = (pay: Pay, admit: Admit, identify: Identify) =>
  apiRouter([]).openapi(payHold(admit, identify), async (c) => {
    const key = keyOf(c.req.valid('header')['idempotency-key'])
    const customer = c.get('identity').subject
    const outcome = await pay({ ...c.req.valid('json'), key, customer, hold_id: c.req.valid('param').id })
    if (outcome.outcome !== 'accepted') throw payProblem(outcome)
    tellReplay(c, outcome)
    c.header('location', `/v1/orders/${outcome.answer.order_id}`)
    return c.json(outcome.answer, 202)
  })
