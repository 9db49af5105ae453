/** What every request leaves behind, whoever answered it: its id and its line in the log. */
import type { Logger } from '../telemetry/log.ts'

/** Nginx's word for a reply that nobody waited for. */
export const CLIENT_GONE_STATUS = 499

/** From a proxy or a client: short and harmless in a log, or it is replaced. */
const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/

/** @param given the header as received */
export function requestIdOf(given: string | string[] | undefined, newRequestId: () => string): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newRequestId()
}

export type AccessLine = {
  readonly request_id: string
  /** Path of the route, its parameters unfilled. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly ms: number
  readonly problem?: string
  readonly err?: unknown
}

/** What a line tells of a problem: its name, and its cause where the fault is not the client's. */
export function faultFields(
  problem: { readonly name: string; readonly cause: unknown } | null,
  status: number,
): Pick<AccessLine, 'problem' | 'err'> {
  if (problem === null) return {}
  return { problem: problem.name, ...(status >= 500 ? { err: problem.cause } : {}) }
}

/** A fault of ours is an error; a server or the time that was missing is a warning. */
export function writeAccess(logger: Logger, line: AccessLine): void {
  const rounded = { ...line, ms: Math.round(line.ms * 10) / 10 }
  if (line.status >= 500 && line.problem === 'internal') logger.error(rounded, 'request')
  else if (line.status >= 500) logger.warn(rounded, 'request')
  else logger.info(rounded, 'request')
}
