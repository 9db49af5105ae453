/**
 * How often somebody may act: hold, pay, cancel, become a guest, open a stream. Counted by who they are, and by the
 * address they come from, which could pose as many. A refusal of the customer takes nothing from the address: others
 * share it. What reads is limited before the app (`rate-limits.ts`).
 */
import type { Context } from 'hono'
import { problem } from '../errors.ts'
import type { Rate } from '../limits/gcra.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { RouteClass } from './classes.ts'
import type { ClientOf } from './client-address.ts'
import type { AppEnv } from './context.ts'
import { inSeconds, type Rated, rateHeaders } from './rate-headers.ts'

export type Act = 'hold' | 'order' | 'guest' | 'stream'

/** `customer` null: nobody is known yet who could be counted. */
export type ActRate = { readonly customer: Rate | null; readonly address: Rate }
export type ActRates = Readonly<Record<Act, ActRate>>

export type ActLimits = {
  /**
   * Take a token of the customer and one of the address. An address that no proxy names is not counted.
   * @param subject null: nobody yet
   * @returns headers of the reply
   * @throws Problem rate-limited
   */
  take(c: Context<AppEnv>, act: Act, subject: string | null): Promise<Readonly<Record<string, string>>>
}

export type ActLimitsParts = {
  readonly limiter: Limiter
  readonly actRates: ActRates
  readonly clientOf: ClientOf
  readonly metrics: Metrics
}

const CLASS_OF: Readonly<Record<Act, RouteClass>> = {
  hold: 'cart',
  order: 'cart',
  guest: 'session',
  stream: 'events',
}

export function createActLimits({ limiter, actRates, clientOf, metrics }: ActLimitsParts): ActLimits {
  return {
    async take(c, act, subject) {
      const { customer, address } = actRates[act]
      const client = clientOf(c.env?.incoming?.socket.remoteAddress ?? '', c.req.header('x-forwarded-for'))
      const rated: Rated[] = []
      const count = async (name: string, who: string | null, rate: Rate | null) => {
        if (who === null || rate === null) return
        const verdict = await limiter.take(`${name}:${who}`, rate)
        rated.push({ name, rate, verdict })
        if (verdict.outcome === 'allowed') return
        metrics.count('http_refused_total', { class: CLASS_OF[act], reason: 'rate' })
        throw problem('rate-limited', {
          retry_after_seconds: inSeconds(verdict.retryAfterMs),
          headers: rateHeaders(rated),
        })
      }
      await count(act, subject, customer)
      await count(`${act}-address`, client, address)
      return rated.length === 0 ? {} : rateHeaders(rated)
    },
  }
}
