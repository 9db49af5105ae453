/** Which failures of Postgres pass by themselves: the same statement may succeed a moment later, or elsewhere. */

/** Classes of SQLSTATE: connection, transaction rolled back, resources, lock not available, operator, system. */
const PASSING_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58'])
const SQLSTATE = /^[0-9A-Z]{5}$/

/**
 * Whether it is the server or the way to it that failed, and not the statement.
 * @param thrown by pg: an error with a SQLSTATE from the server, or one of the connection with none
 */
export function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  return SQLSTATE.test(code) && !NODE_CODES.test(code)
    ? PASSING_CLASSES.has(code.slice(0, 2))
    : isOfConnection(thrown, code)
}

/** Codes of Node that could pass for a SQLSTATE by their length: EPIPE. */
const NODE_CODES = /^E[A-Z]{4}$/

/** pg has no class for these. */
function isOfConnection({ message }: Error, code: string): boolean {
  return (
    /^E[A-Z]{3,}$/.test(code) ||
    /timeout|terminated|Connection|connection|not queryable|Client was closed/.test(message)
  )
}
