/** Tokens of a test: the same keys as the processes that a test starts. */
import { randomUUID } from 'node:crypto'
import { createGuests } from '../../src/auth/guest.ts'
import { signingKeys } from '../../src/auth/signing-key.ts'
import { createTokens, type Role, TOKEN_ISSUER, type Tokens } from '../../src/auth/token.ts'
import type { IdentityOptions } from '../../src/http/identity.ts'

/** Signs the access tokens of every test process. */
export const TEST_AUTH_KEY = 'tokens-of-a-test-are-signed-with-this'

const realNow = () => Date.now() / 1_000

/** @param namespace of the database whose processes are to take the tokens */
export function testTokens(namespace = 'test', now: () => number = realNow): Tokens {
  return createTokens({
    keys: signingKeys([TEST_AUTH_KEY]),
    issuer: TOKEN_ISSUER,
    audience: namespace,
    now,
  })
}

/** @param now unix time, seconds */
export function testIdentity(overrides: Partial<IdentityOptions> = {}): IdentityOptions {
  const now = overrides.now ?? realNow
  const tokens = testTokens('test', now)
  const guests = createGuests(tokens, randomUUID, now)
  const acts = { take: () => Promise.resolve({}) }
  return { tokens, guests, publicUrl: '', now, acts, ...overrides }
}

/** The header of a caller. @param namespace, now as above */
export async function bearerOf(
  subject: string,
  role: Role = 'customer',
  namespace = 'test',
  now: () => number = realNow,
): Promise<string> {
  const { token } = await testTokens(namespace, now).issue(subject, role)
  return `Bearer ${token}`
}
