/** The faults that this process was started with: for tests, and none in production. */
import { createFaultPoints, type FaultPoints, parseFaults } from './fault-point.ts'

type Env = Readonly<Record<string, string | undefined>>

/** @returns value of AISLE_FAULT; '': nothing breaks */
export function wishedFaults(env: Env): string {
  return env['NODE_ENV'] === 'production' ? '' : (env['AISLE_FAULT'] ?? '')
}

/** @param wished from `wishedFaults`. @throws RangeError for faults that are not of their form */
export function processFaults(wished: string): FaultPoints {
  return createFaultPoints(parseFaults(wished), () => process.kill(process.pid, 'SIGKILL'))
}
