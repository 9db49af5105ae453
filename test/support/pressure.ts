/**
 * A load that does not wait for answers, in a process of its own: so many requests a second whatever becomes of them,
 * as long as there are sockets. Plain sockets, because a client of the platform costs as much as the server that it
 * is to overload. Prints a `PressureReport` and ends after the given seconds.
 */
import { connect, type Socket } from 'node:net'

export type PressurePlan = {
  /** Each request asks for this with a number of its own behind it. */
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  readonly sockets: number
}

export type PressureReport = {
  /** Replies by status. */
  readonly statuses: Readonly<Record<string, number>>
  /** Refusals (503) that say when to come back. */
  readonly withRetryAfter: number
  /** Connections that ended, which none may. */
  readonly broken: number
}

const TICK_MS = 5

async function press(plan: PressurePlan): Promise<PressureReport> {
  const { host, hostname, port, pathname, search } = new URL(plan.url)
  const statuses: Record<string, number> = {}
  let [sent, withRetryAfter, broken] = [0, 0, 0]
  const idle: Socket[] = []
  const open = () => {
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
      const head = headOf(received)
      if (head === null) return
      statuses[head.status] = (statuses[head.status] ?? 0) + 1
      if (head.status === '503' && head.hasRetryAfter) withRetryAfter += 1
      received = ''
      idle.push(socket)
    })
    socket.on('error', () => undefined) // told by its end
    socket.on('close', () => {
      if (!isOver) broken += 1
    })
    return socket
  }
  const all = Array.from({ length: plan.sockets }, open)
  let isOver = false
  idle.push(...all)
  const beganAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setInterval(() => {
    const elapsed = (performance.now() - beganAt) / 1_000
    if (elapsed > plan.seconds) resolve()
    while (sent < elapsed * plan.perSecond) {
      const socket = idle.pop()
      if (!socket) break
      sent += 1
      socket.write(`GET ${pathname}${search}${sent} HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
    }
  }, TICK_MS)
  await promise
  clearInterval(timer)
  isOver = true
  for (const socket of all) socket.destroy()
  return { statuses, withRetryAfter, broken }
}

/** Of a whole reply; null while some of it is missing. */
function headOf(received: string): { status: string; hasRetryAfter: boolean } | null {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return null
  const head = received.slice(0, end).toLowerCase()
  const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? Number.NaN)
  const isWhole = Number.isNaN(length) ? received.endsWith('0\r\n\r\n') : received.length >= end + 4 + length
  return isWhole ? { status: head.slice(9, 12), hasRetryAfter: head.includes('\r\nretry-after: ') } : null
}

process.stdout.write(JSON.stringify(await press(JSON.parse(process.argv[2] ?? '') as PressurePlan)))
