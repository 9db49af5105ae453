/** Free ports of the loopback address. */
import { createServer } from 'node:net'

/** Whether nobody listens on the port. */
export function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = createServer()
  probe.once('error', () => resolve(false))
  probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  return promise
}

/** A port that was free a moment ago. Should another process be quicker, the start fails and its log says why. */
export function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = createServer()
  probe.once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    const port = typeof address === 'object' && address ? address.port : 0
    probe.close(() => resolve(port))
  })
  return promise
}

/** The wished port when it is free, else another one. */
export async function portNear(wished: number | undefined): Promise<number> {
  return wished !== undefined && (await isFree(wished)) ? wished : freePort()
}
