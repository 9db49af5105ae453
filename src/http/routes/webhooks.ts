/** `POST /v1/webhooks/payments/{provider}`: the provider tells that something has happened to a payment. */
import { createRoute, z } from '@hono/zod-openapi'
import { problem } from '../../errors.ts'
import { SIGNATURE_HEADER } from '../../orders/signature.ts'
import type { TakeWebhook } from '../../orders/take-webhook.ts'
import type { Admit } from '../admission.ts'
import { limitedBody } from '../json-body.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'

const Taken = z.strictObject({ taken: z.literal(true) }).openapi('WebhookTaken')

/** Of an event; `ref` is the provider's name of the payment. */
const TEXT = { type: 'string', minLength: 1, maxLength: 100 } as const

const takePaymentWebhook = (admit: Admit) =>
  createRoute({
    method: 'post',
    path: '/v1/webhooks/payments/{provider}',
    summary: 'A message of the payment provider',
    description:
      'Only a hint: what has become of the payment its provider is asked. Signed by `Aisle-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of t, a dot and the body>`. A message that came before is taken without effect.',
    'x-access': 'machine',
    // said here and not in `request`, which would parse it: the signature is of the bytes
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['id', 'type', 'ref'],
            properties: { id: TEXT, type: TEXT, ref: TEXT },
          },
          example: { id: 'evt_5f0d', type: 'payment.succeeded', ref: 'pay_5f0d' },
        },
      },
    },
    middleware: [admit('webhook'), limitedBody] as const,
    request: {
      params: z.object({
        provider: z
          .string()
          .max(50)
          .openapi({ param: { name: 'provider', in: 'path' }, example: 'sim' }),
      }),
    },
    responses: {
      200: {
        description: 'Taken: it need not be sent again',
        content: { 'application/json': { schema: Taken, example: { taken: true } } },
      },
      ...problemResponses(
        'bad-request',
        'bad-signature',
        'not-found',
        'body-too-large',
        'ordering-unavailable',
      ),
    },
  })

export const webhookRoutes = (takeWebhook: TakeWebhook, admit: Admit) =>
  apiRouter([]).openapi(takePaymentWebhook(admit), async (c) => {
    const raw = new Uint8Array(await c.req.arrayBuffer()) // before any parsing: the signature is of these bytes
    const signature = c.req.header(SIGNATURE_HEADER) ?? null
    const taken = await takeWebhook({ provider: c.req.valid('param').provider, raw, signature })
    switch (taken) {
      case 'taken':
        return c.json({ taken: true as const }, 200)
      case 'bad_signature':
        throw problem('bad-signature')
      case 'bad_body':
        throw problem('bad-request', { detail: 'The body is not an event with id, type and ref.' })
      case 'unknown_provider':
        throw problem('not-found', { detail: 'This shop has no such provider.' })
      default:
        throw new Error(`outcome not handled: ${taken satisfies never}`)
    }
  })
