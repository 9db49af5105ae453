/** Postgres does not answer: nobody can say what has become of the call; the same key, later, will tell. */
import { isPassing } from './postgres-faults.ts'

export class OrderingUnavailable extends Error {
  constructor(cause: unknown) {
    super('Postgres does not answer', { cause })
    this.name = 'OrderingUnavailable'
  }
}

/** @throws OrderingUnavailable where it is the server or the way to it that failed; else what `work` throws */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw isPassing(thrown) ? new OrderingUnavailable(thrown) : thrown
  }
}

/** Whether an id is there already. @param thrown by pg */
export function isTaken(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === UNIQUE_VIOLATION
}

const UNIQUE_VIOLATION = '23505'
