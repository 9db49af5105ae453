/**
 * Limits per client and class (operations design 4.1), for what memory does not answer: an answer from memory costs
 * 15 us of this process and is given before anybody asks here. The limit protects the servers behind; the process
 * itself is protected by shedding, for which it does not matter whose requests are too many.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Rate, Verdict } from '../limits/gcra.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type ServedClass, servedClassOf } from './classes.ts'
import type { ClientOf } from './client-address.ts'
import { inSeconds, rateHeaders } from './rate-headers.ts'
import { createRefusal } from './refusal.ts'

export type RateLimits = {
  /**
   * Take a token for this request, and answer it with a refusal when there is none. What a proxy asks for itself
   * (no client named) is not counted.
   * @returns whether it is answered; at once where Redis need not be asked
   */
  refuses(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>
}

export type RateLimitsParts = {
  readonly limiter: Limiter
  readonly rates: Readonly<Record<ServedClass, Rate>>
  readonly clientOf: ClientOf
  readonly metrics: Metrics
}

const refusal = createRefusal('rate-limited', 'That was a lot at once')

export function createRateLimits({ limiter, rates, clientOf, metrics }: RateLimitsParts): RateLimits {
  return {
    refuses(request, response) {
      const served = servedClassOf(request.url ?? '')
      const client = served && clientOf(request.socket.remoteAddress ?? '', forwardedFor(request))
      if (served === null || client === null) return false
      const answer = (verdict: Verdict): boolean => {
        if (response.destroyed) return true // the client did not wait for Redis
        const headers = rateHeaders([{ name: served, rate: rates[served], verdict }])
        if (verdict.outcome === 'allowed') {
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
          return false
        }
        metrics.count('http_refused_total', { class: served, reason: 'rate' })
        refusal.send(request, response, {
          ...headers,
          'retry-after': String(inSeconds(verdict.retryAfterMs)),
        })
        return true
      }
      const verdict = limiter.take(`${served}:${client}`, rates[served])
      return verdict instanceof Promise ? verdict.then(answer) : answer(verdict)
    },
  }
}

/** Node joins repeated ones itself. */
function forwardedFor(request: IncomingMessage): string | undefined {
  const given = request.headers['x-forwarded-for']
  return Array.isArray(given) ? given.join(',') : given
}
