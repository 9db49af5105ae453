/** `POST /v1/sessions/guest`: a token for somebody without an account. Browsers need none: they get a cookie. */
import { createRoute, z } from '@hono/zod-openapi'
import { problem } from '../../errors.ts'
import type { Admit } from '../admission.ts'
import type { IdentityOptions } from '../identity.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'

const GuestSession = z
  .strictObject({
    token: z.string().openapi({ example: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJndWVzdDouLi4ifQ.c2lnbmF0dXJl' }),
    subject: z.string().openapi({ example: 'guest:3f0c6a52-9a0e-4b0e-8a5e-0d6a3b1f7c21' }),
    expires_at: z.iso.datetime().openapi({ example: '2026-11-23T14:12:10.000Z' }),
  })
  .openapi('GuestSession')

const beginGuest = (admit: Admit) =>
  createRoute({
    method: 'post',
    path: '/v1/sessions/guest',
    summary: 'A token for a guest',
    description:
      'Without a token this begins a new guest. With the token of a guest, expired for up to 30 days, it gives a fresh one of the same guest.',
    'x-access': 'public',
    middleware: [admit('session')] as const,
    responses: {
      201: {
        description: 'The token, for `Authorization: Bearer`',
        content: {
          'application/json': {
            schema: GuestSession,
            example: {
              token: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJndWVzdDouLi4ifQ.c2lnbmF0dXJl',
              subject: 'guest:3f0c6a52-9a0e-4b0e-8a5e-0d6a3b1f7c21',
              expires_at: '2026-11-23T14:12:10.000Z',
            },
          },
        },
      },
      ...problemResponses('unauthorized'),
    },
  })

export const sessionRoutes = (
  { tokens, guests, acts }: Pick<IdentityOptions, 'tokens' | 'guests' | 'acts'>,
  admit: Admit,
) =>
  apiRouter([]).openapi(beginGuest(admit), async (c) => {
    const authorization = c.req.header('authorization')
    const older = authorization === undefined ? null : authorization.replace(/^Bearer +/i, '').trim()
    // A fresh token of the same guest is no new guest.
    const headers = older === null ? await acts.take(c, 'guest', null) : {}
    const session = older === null ? await guests.begin() : await guests.renew(await tokens.verify(older))
    if (session === null) throw problem('unauthorized', { detail: 'This is not the token of a guest.' })
    const { token, identity } = session
    const expires_at = new Date(identity.expires_at * 1_000).toISOString()
    return c.json({ token, subject: identity.subject, expires_at }, 201, headers)
  })
