/**
 * Access tokens: who asks, in a form that any process checks without a store. A JWT (RFC 9068 profile) by Ed25519,
 * for 10 minutes, without a name, mail or address in it. Everything that a token says about how it wants to be checked is
 * pinned here instead: algorithm, type, issuer, audience (RFC 8725).
 */
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { SigningKey } from './signing-key.ts'

/**
 * What a token allows. `guest` and `customer`: own cart, holds and orders. `inventory`: stock. `orders`: holds and
 * orders of others, and all that `inventory` may.
 */
export const ROLES = ['guest', 'customer', 'inventory', 'orders'] as const
export type Role = (typeof ROLES)[number]

export type Identity = {
  /** `guest:<uuid>`, or the id of an account. */
  readonly subject: string
  readonly role: Role
  /** Unix seconds. */
  readonly issued_at: number
  readonly expires_at: number
}

/** `expired` was signed by us and says who it was; it proves nothing about now. */
export type Verdict =
  | { readonly outcome: 'valid' | 'expired'; readonly identity: Identity }
  | { readonly outcome: 'invalid' }

export type Tokens = {
  /**
   * @param lifeSeconds of this token; without it 10 minutes
   * @throws RangeError for a subject that is empty or longer than 200 characters
   */
  issue(subject: string, role: Role, lifeSeconds?: number): Promise<{ token: string; identity: Identity }>
  verify(token: string): Promise<Verdict>
}

export type TokenOptions = {
  /** The first one signs. */
  readonly keys: readonly [SigningKey, ...SigningKey[]]
  /** Who issues, and for whom: a token of one installation means nothing in another. */
  readonly issuer: string
  readonly audience: string
  /** Unix time, seconds. */
  readonly now: () => number
}

/** 10 minutes: how long a token outlives the loss of its rights. */
export const TOKEN_LIFE_S = 600
/** Clocks of two machines may differ by so much. */
const CLOCK_TOLERANCE_S = 5
/** `iss` of every token; `aud` is the namespace of the installation. */
export const TOKEN_ISSUER = 'aisle'
const TYPE = 'at+jwt'
const ALGORITHM = 'EdDSA'
const SUBJECT_MAX = 200
/** Ours have about 400 characters: a longer text is not worth a hash. */
const TOKEN_MAX = 2_048

export function createTokens({ keys, issuer, audience, now }: TokenOptions): Tokens {
  const [signing] = keys
  const byKid = new Map(keys.map((key) => [key.kid, key.publicKey]))
  return {
    async issue(subject, role, lifeSeconds = TOKEN_LIFE_S) {
      if (subject === '' || subject.length > SUBJECT_MAX) {
        throw new RangeError(`subject: 1 to ${SUBJECT_MAX} characters expected, got ${subject.length}`)
      }
      const issued_at = Math.floor(now())
      const identity: Identity = { subject, role, issued_at, expires_at: issued_at + lifeSeconds }
      const token = await new SignJWT({ role })
        .setProtectedHeader({ alg: ALGORITHM, kid: signing.kid, typ: TYPE })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject)
        .setIssuedAt(issued_at)
        .setExpirationTime(identity.expires_at)
        .sign(signing.privateKey)
      return { token, identity }
    },
    async verify(token) {
      const key = token.length > TOKEN_MAX ? undefined : byKid.get(kidOf(token))
      if (key === undefined) return INVALID
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer,
          audience,
          clockTolerance: CLOCK_TOLERANCE_S,
          currentDate: new Date(now() * 1_000),
          requiredClaims: ['sub', 'role', 'iat', 'exp'],
        })
        return verdictOf('valid', payload)
      } catch (thrown) {
        // Times are checked after signature, issuer, audience and type.
        if (thrown instanceof errors.JWTExpired) return verdictOf('expired', thrown.payload)
        if (thrown instanceof errors.JOSEError) return INVALID
        throw thrown
      }
    },
  }
}

const INVALID: Verdict = { outcome: 'invalid' }

/** @returns '' for a text that is no token */
function kidOf(token: string): string {
  try {
    return decodeProtectedHeader(token).kid ?? ''
  } catch {
    return ''
  }
}

function verdictOf(outcome: 'valid' | 'expired', payload: JWTPayload): Verdict {
  const { sub, iat, exp } = payload
  const role = ROLES.find((known) => known === payload['role'])
  if (role === undefined || !sub || iat === undefined || exp === undefined) return INVALID
  return { outcome, identity: { subject: sub, role, issued_at: iat, expires_at: exp } }
}
