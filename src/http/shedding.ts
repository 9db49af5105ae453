/**
 * Refusal of what a busy process does not take on: decided by the path alone, answered with bytes made once, before
 * anything is parsed, routed or logged. Probes and files are never refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Metrics } from '../telemetry/metrics.ts'
import { type ServedClass, servedClassOf } from './classes.ts'
import type { LoadLevel } from './load-level.ts'
import { createRefusal } from './refusal.ts'

export type Shedding = {
  readonly level: () => LoadLevel
  /** Answer with a refusal when the level says so. @returns false: go on with the request */
  refuses(request: IncomingMessage, response: ServerResponse): boolean
}

/** Level from which a class is refused (operations design 4.2). */
const STOPPED_AT: Readonly<Record<ServedClass, LoadLevel>> = { suggest: 2, search: 3, item: 3 }

/** Retry-After, seconds: 1 to this, at random, so that all those refused do not come back together. */
const RETRY_MAX_SECONDS = 3

const refusal = createRefusal('overloaded', 'There are too many shoppers at the moment')

/** @param random uniform in [0, 1) */
export function createShedding(level: () => LoadLevel, metrics: Metrics, random: () => number): Shedding {
  return {
    level,
    refuses(request, response) {
      const now = level()
      if (now < STOPPED_AT.suggest) return false
      const served = servedClassOf(request.url ?? '')
      if (served === null || now < STOPPED_AT[served]) return false
      metrics.count('http_refused_total', { class: served, reason: 'load' })
      refusal.send(request, response, { 'retry-after': String(1 + Math.floor(random() * RETRY_MAX_SECONDS)) })
      return true
    },
  }
}
