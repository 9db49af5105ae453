/**
 * Admission of one request: counted against the cap of its class, then given one AbortSignal that ends when
 * the client leaves, the class deadline passes, or the process stops hard. The reply is sent at the deadline
 * even when the work behind it does not listen to the signal.
 */
import type { MiddlewareHandler } from 'hono'
import { problem } from '../errors.ts'
import type { ClassLimits, RouteClass } from './classes.ts'
import type { AppEnv } from './context.ts'
import type { InFlight } from './in-flight.ts'
import { ClientGone } from './problem-reply.ts'

/** Middleware for the routes of one class. */
export type Admit = (routeClass: RouteClass) => MiddlewareHandler<AppEnv>

export type AdmissionOptions = {
  readonly limits: ClassLimits
  readonly inFlight: InFlight
  /** Aborted when the process will not wait for running requests any longer. */
  readonly hardStop: AbortSignal
}

/** Retry-After of a refusal, seconds: long enough for a burst to pass. */
const OVERLOADED_RETRY_SECONDS = 1

export function createAdmission({ limits, inFlight, hardStop }: AdmissionOptions): Admit {
  return (routeClass) =>
    async function admit(c, next) {
      c.set('routeClass', routeClass)
      if (inFlight.isFull(routeClass)) {
        inFlight.refused(routeClass)
        throw problem('overloaded', { retry_after_seconds: OVERLOADED_RETRY_SECONDS })
      }
      inFlight.enter(routeClass)
      const deadline = startDeadline(limits[routeClass].deadlineMs)
      const signal = AbortSignal.any([c.req.raw.signal, deadline.signal, hardStop])
      c.set('signal', signal)
      const ended = abortion(signal)
      try {
        await Promise.race([next(), ended.promise])
      } finally {
        deadline.clear()
        ended.forget()
        inFlight.leave(routeClass)
      }
    }
}

function startDeadline(ms: number): { readonly signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const timer = setTimeout(() => {
    controller.abort(problem('deadline-exceeded', { detail: `An answer here may take ${ms} ms.` }))
  }, ms)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/** Rejects once the signal aborts, with an Error in every case. `forget` lets go of the signal. */
function abortion(signal: AbortSignal): { readonly promise: Promise<never>; forget(): void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => {
    reject(
      signal.reason instanceof Error && signal.reason.name !== 'AbortError'
        ? signal.reason
        : new ClientGone(),
    )
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  promise.catch(() => undefined) // nobody listens any more once the answer won the race
  return { promise, forget: () => signal.removeEventListener('abort', onAbort) }
}
