/**
 * Log lines: one JSON object per event on standard output, UTC. Never row values; query texts at `debug` only.
 */
import { hostname } from 'node:os'
import { type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger } from 'pino'

/**
 * The logger of one process.
 * @param processName `api`, `worker` or `indexer`
 * @param level least level that is written
 */
export function createLogger(processName: string, level: string): Logger {
  return pino({
    level,
    base: { process: processName, instance: `${hostname()}:${process.pid}` },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
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
  })
}
