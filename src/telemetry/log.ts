/**
 * Log lines: one JSON object per event on standard output, UTC. Never row values; query texts at `debug` only.
 */
import { hostname } from 'node:os'
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger } from 'pino'

/**
 * The logger of one process.
 * @param processName `api`, `worker` or `indexer`
 * @param level least level that is written
 * @param destination standard output where none is given
 */
export function createLogger(
  processName: string,
  level: string,
  destination: DestinationStream = pino.destination(1),
): Logger {
  const options = {
    level,
    serializers: { err: errorFields },
    base: { process: processName, instance: `${hostname()}:${process.pid}` },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: [
      'authorization',
      'cookie',
      'password',
      'token',
      'secret',
      '*.authorization',
      '*.cookie',
      '*.password',
    ],
  }
  return pino(options, destination)
}

/** How deep a chain of causes is written. */
const CAUSES_MAX = 3

/**
 * An error for the log. Only these fields: errors of drivers carry the whole request, with what was searched for
 * and with the password of the server.
 */
export function errorFields(thrown: unknown, depth = 0): Record<string, unknown> | undefined {
  if (!(thrown instanceof Error)) return thrown === undefined ? undefined : { type: typeof thrown }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? { code: thrown.code } : {}
  const cause = depth < CAUSES_MAX ? errorFields(thrown.cause, depth + 1) : undefined
  return {
    type: thrown.name,
    message: thrown.message,
    ...code,
    stack: thrown.stack,
    ...(cause ? { cause } : {}),
  }
}
