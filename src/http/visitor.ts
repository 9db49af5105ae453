/** Who a visitor is for limits: the subject of a valid token, and the address. No limit rests on a claim. */
import type { Context } from 'hono'
import type { Tokens } from '../auth/token.ts'
import type { ClientOf } from './client-address.ts'
import type { AppEnv } from './context.ts'
import { cookieRules, tokensOf } from './credentials.ts'

/** `subject`: null without a valid token. `address`: null where it is not to be counted. */
export type Visitor = { readonly subject: string | null; readonly address: string | null }
export type VisitorOf = (c: Context<AppEnv>) => Promise<Visitor>

export function createVisitorOf(tokens: Tokens, publicUrl: string, clientOf: ClientOf): VisitorOf {
  const rules = cookieRules(publicUrl)
  return async (c) => {
    const { bearer, cookie } = tokensOf(c, rules.name)
    const token = bearer ?? cookie
    const verdict = token === null ? null : await tokens.verify(token)
    return {
      subject: verdict?.outcome === 'valid' ? verdict.identity.subject : null,
      address: clientOf(c.env?.incoming?.socket.remoteAddress ?? '', c.req.header('x-forwarded-for')),
    }
  }
}
