/**
 * Customers who call for holds, as a process of its own on plain sockets: it has to cost far less than what it presses.
 * Each customer makes one call after the other, over the connections that are free, as behind a proxy. Reads a
 * `HoldPlan` from standard input and writes a `HoldResult`.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { percentile } from './statistics.ts'

export type Customer = { readonly authorization: string; readonly address: string }

export type HoldPlan = {
  /** Base URLs of the processes; a customer keeps to one. */
  readonly urls: readonly string[]
  readonly customers: readonly Customer[]
  /** JSON, one after the other in turn. */
  readonly bodies: readonly string[]
  /** Whether each call brings a key, as pages do. */
  readonly isKeyed: boolean
  /** To each process. */
  readonly connections: number
  /** Calls of each customer; null: as many as `seconds` hold. */
  readonly calls: number | null
  readonly seconds: number
}

/** `seconds`: from the first call to the last answer. */
export type HoldResult = {
  readonly statuses: Readonly<Record<string, number>>
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const HEAD_END = '\r\n\r\n'
const CHUNKS_END = '0\r\n\r\n'

/** One connection with one call at a time. */
class Line {
  readonly #socket: Socket
  #received = ''
  #answered: PromiseWithResolvers<number> | null = null

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    this.#socket = connect(Number(port), hostname).setNoDelay().setEncoding('latin1')
    this.#socket.on('data', (chunk: string) => this.#take(chunk))
    this.#socket.on('error', (error) => this.#answered?.reject(error))
    this.#socket.on('close', () => this.#answered?.reject(new Error('the connection was closed')))
  }

  /** @returns status of the answer */
  ask(request: string): Promise<number> {
    this.#answered = Promise.withResolvers()
    this.#socket.write(request, 'latin1')
    return this.#answered.promise
  }

  close(): void {
    this.#answered = null
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    this.#received += chunk
    const head = this.#received.indexOf(HEAD_END)
    if (head === -1) return
    const length = /content-length: (\d+)/i.exec(this.#received.slice(0, head))?.[1]
    const isWhole =
      length === undefined
        ? this.#received.endsWith(CHUNKS_END)
        : this.#received.length >= head + HEAD_END.length + Number(length)
    if (!isWhole) return
    const status = Number(this.#received.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
    this.#received = ''
    this.#answered?.resolve(status)
  }
}

/** Connections to one process, handed to whoever waits longest. */
class Lines {
  readonly #free: Line[]
  readonly #waiting: ((line: Line) => void)[] = []

  constructor(url: string, count: number) {
    this.#free = Array.from({ length: count }, () => new Line(url))
  }

  take(): Line | Promise<Line> {
    return this.#free.pop() ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  give(line: Line): void {
    const next = this.#waiting.shift()
    if (next) next(line)
    else this.#free.push(line)
  }

  close(): void {
    for (const line of this.#free) line.close()
  }
}

async function main(): Promise<void> {
  const plan = JSON.parse(await text(process.stdin)) as HoldPlan
  const pools = plan.urls.map((url) => new Lines(url, plan.connections))
  const statuses: Record<string, number> = {}
  const times: number[] = []
  const newKey = keys()
  const startedAt = performance.now()
  const endsAt = startedAt + plan.seconds * 1_000
  const customer = async ({ authorization, address }: Customer, at: number) => {
    const lines = pools[at % pools.length]
    if (!lines) return
    const head = `POST /v1/holds HTTP/1.1\r\nHost: shop\r\nAuthorization: ${authorization}\r\nX-Forwarded-For: ${address}\r\nContent-Type: application/json\r\n`
    for (let call = 0; plan.calls === null ? performance.now() < endsAt : call < plan.calls; call++) {
      const body = plan.bodies[(at + call) % plan.bodies.length] ?? ''
      const key = plan.isKeyed ? `Idempotency-Key: ${newKey()}\r\n` : ''
      const line = await lines.take()
      const begunAt = performance.now()
      const status = await line.ask(`${head}${key}Content-Length: ${body.length}\r\n\r\n${body}`)
      times.push(performance.now() - begunAt)
      lines.give(line)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(plan.customers.map(customer))
  const seconds = (performance.now() - startedAt) / 1_000
  for (const lines of pools) lines.close()
  const result: HoldResult = {
    ...{ statuses, seconds },
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  }
  process.stdout.write(JSON.stringify(result))
}

/** UUIDv7, counted up within this process. */
function keys(): () => string {
  const own = randomBytes(4).toString('hex')
  let count = 0
  return () => {
    count += 1
    const ms = Date.now().toString(16).padStart(12, '0')
    const low = count.toString(16).padStart(7, '0')
    return `${ms.slice(0, 8)}-${ms.slice(8)}-7${low.slice(0, 3)}-8${low.slice(3, 6)}-${low.slice(6)}000${own}`
  }
}

await main()
