import { expect, test } from 'vitest'
import { edge } from '../../../test/support/edge.ts'
import { bearerOf, testTokens } from '../../../test/support/identity.ts'

type Session = { token: string; subject: string; expires_at: string }
const begin = (headers: Record<string, string> = {}) =>
  edge().request('/v1/sessions/guest', { method: 'POST', headers })

test('a program gets the token of a new guest, without a cookie', async () => {
  const reply = await begin()
  expect([reply.status, reply.headers.get('set-cookie'), reply.headers.get('cache-control')]).toEqual([
    201,
    null,
    'no-store',
  ])
  const { token, subject } = (await reply.json()) as Session
  expect(await testTokens().verify(token)).toMatchObject({
    outcome: 'valid',
    identity: { subject, role: 'guest' },
  })
  expect(((await (await begin()).json()) as Session).subject).not.toBe(subject)
})

test('the token of a guest, valid or not any more, gives a fresh one of the same guest', async () => {
  const yesterday = testTokens('test', () => Date.now() / 1_000 - 86_400)
  const { token } = await yesterday.issue('guest:1', 'guest')
  const reply = await begin({ authorization: `Bearer ${token}` })
  expect([reply.status, ((await reply.json()) as Session).subject]).toEqual([201, 'guest:1'])
})

test('a token that is not of a guest begins no session', async () => {
  for (const authorization of [await bearerOf('anna', 'orders'), 'Bearer forged', 'Basic dTpw']) {
    expect((await begin({ authorization })).status).toBe(401)
  }
})
