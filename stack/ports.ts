/** Free ports of the loopback address. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Whether nobody listens on the port. */
export function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = createServer()
  probe.once('error', () => resolve(false))
  probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  return promise
}

/**
 * Below the ports that systems give to outgoing connections (from 32,768 on Linux): a client that keeps trying a
 * killed server may be given that server's very port, connects to itself, and the server cannot start again.
 */
const LOWEST = 15_000
const HIGHEST = 32_000
const TRIES = 100

/** A port that was free a moment ago. Should another process be quicker, the start fails and its log says why. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} in ${TRIES} tries`)
}

/** The wished port when it is free, else another one. */
export async function portNear(wished: number | undefined): Promise<number> {
  return wished !== undefined && (await isFree(wished)) ? wished : freePort()
}
