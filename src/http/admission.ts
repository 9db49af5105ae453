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

/** The caps of one process. */
export type Admission = {
  /**
   * Run `work` as one request of a class.
   * @param left aborts when the client has gone
   * @throws Problem `overloaded` at the cap, `deadline-exceeded`; ClientGone; the reason of the hard stop; what
   *   `work` throws
   */
  run<T>(routeClass: RouteClass, left: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

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

export function createAdmission({ limits, inFlight, hardStop }: AdmissionOptions): Admission {
  const ends = new Set<(reason: unknown) => void>()
  hardStop.addEventListener('abort', () => {
    for (const end of ends) end(hardStop.reason)
  })
  return {
    async run(routeClass, left, work) {
      if (inFlight.isFull(routeClass)) {
        inFlight.refused(routeClass)
        throw problem('overloaded', { retry_after_seconds: OVERLOADED_RETRY_SECONDS })
      }
      inFlight.enter(routeClass)
      const bound = new AbortController()
      const ended = Promise.withResolvers<never>()
      const end = (reason: unknown) => {
        bound.abort(reason)
        ended.reject(reason instanceof Error && reason.name !== 'AbortError' ? reason : new ClientGone())
      }
      const leave = () => end(left.reason)
      const timer = startDeadline(limits[routeClass].deadlineMs, end)
      ends.add(end)
      left.addEventListener('abort', leave, { once: true })
      if (left.aborted) leave()
      if (hardStop.aborted) end(hardStop.reason)
      try {
        return await Promise.race([work(bound.signal), ended.promise])
      } finally {
        clearTimeout(timer)
        ends.delete(end)
        left.removeEventListener('abort', leave)
        inFlight.leave(routeClass)
      }
    },
  }
}

/** @returns middleware that admits a request and gives its routes the signal */
export function admitBy(admission: Admission): Admit {
  return (routeClass) =>
    async function admit(c, next) {
      c.set('routeClass', routeClass)
      await admission.run(routeClass, c.req.raw.signal, (signal) => {
        c.set('signal', signal)
        return next()
      })
    }
}

function startDeadline(ms: number, end: (reason: unknown) => void): NodeJS.Timeout {
  return setTimeout(
    () => end(problem('deadline-exceeded', { detail: `An answer here may take ${ms} ms.` })),
    ms,
  )
}
