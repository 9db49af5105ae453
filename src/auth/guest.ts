/**
 * Guests: somebody without an account who has put something into a cart. The subject is made here and known to nobody else;
 * whoever has a token of it is the guest. A guest who comes back within 30 days stays the same one: the signature of
 * an expired guest token is enough for a new one, because all it opens is what that guest did.
 */
import type { Identity, Tokens, Verdict } from './token.ts'

/** Seconds that a guest may stay away. */
export const GUEST_IDLE_S = 30 * 86_400

const PREFIX = 'guest:'

export type Guests = {
  /** A guest that did not exist before. */
  begin(): Promise<{ token: string; identity: Identity }>
  /** A fresh token of the guest of an older one, or null: not a guest, not ours, or away for too long. */
  renew(verdict: Verdict): Promise<{ token: string; identity: Identity } | null>
}

/**
 * @param newId a random UUID
 * @param now unix time, seconds
 */
export function createGuests(tokens: Tokens, newId: () => string, now: () => number): Guests {
  return {
    begin: () => tokens.issue(PREFIX + newId(), 'guest'),
    async renew(verdict) {
      if (verdict.outcome === 'invalid' || verdict.identity.role !== 'guest') return null
      const { subject, expires_at } = verdict.identity
      if (now() > expires_at + GUEST_IDLE_S) return null
      return await tokens.issue(subject, 'guest')
    },
  }
}
