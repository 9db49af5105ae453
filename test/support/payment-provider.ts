/** The simulated payment provider as a child of a test, and a shop that only collects its webhooks. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, onTestFinished } from 'vitest'
import { createPaymentClient, type PaymentClientOptions } from '../../src/orders/payment-client.ts'
import type { PaymentProvider } from '../../src/orders/provider.ts'
import { ROOT } from './sources.ts'

export const PROVIDER_SECRET = 'the-provider-of-a-test-signs-with-this'

export type Books = {
  readonly payments: readonly {
    readonly ref: string
    readonly key: string
    readonly state: string
    readonly amount_minor: string
  }[]
  readonly refunds: readonly { readonly key: string; readonly amount_minor: string; readonly state: string }[]
  readonly totals: Readonly<Record<string, { readonly paid_minor: string; readonly refunded_minor: string }>>
  readonly webhooks: {
    readonly sent: number
    readonly failed: number
    readonly lost: number
    readonly copies: number
    /** Not gone out yet. */
    readonly pending: number
  }
}

export type TestProvider = {
  readonly url: string
  books(): Promise<Books>
  /** Change rates, seed or webhook URL. */
  configure(changes: Readonly<Record<string, unknown>>): Promise<void>
  /** As it was at its start. */
  reset(): Promise<void>
  /** A client of it, quick to give up. */
  client(options?: Partial<PaymentClientOptions>): PaymentProvider
  /** SIGTERM and wait. @returns exit code */
  stop(): Promise<number | null>
}

const stops: (() => Promise<unknown>)[] = []

afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()))
})

/** Start one; it is killed when the file that started it ends. @param args beside `--quiet` */
export async function startProvider(...args: string[]): Promise<TestProvider> {
  const child = spawn(process.execPath, [join(ROOT, 'sim/payments.ts'), '--quiet', ...args], {
    env: { PATH: process.env['PATH'], AISLE_PAYMENT_SECRETS: PROVIDER_SECRET },
    stdio: ['ignore', 'pipe', 'pipe'], // not ours: whoever waits for the end of our output would wait for its end too
  })
  child.stderr.pipe(process.stderr, { end: false })
  process.once('exit', () => child.kill('SIGKILL')) // also when a hook before ours has thrown
  const exited = once(child, 'exit')
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    await exited
    return child.exitCode
  }
  stops.push(() => stop('SIGKILL'))
  const [line] = await once(createInterface(child.stdout), 'line')
  const url = /^ready (\S+)$/.exec(String(line))?.[1]
  if (url === undefined) throw new Error(`the provider said ${String(line)}`)
  return {
    url,
    books: async () => (await (await fetch(`${url}/sim/books`)).json()) as Books,
    async configure(changes) {
      const response = await fetch(`${url}/sim/config`, { method: 'POST', body: JSON.stringify(changes) })
      if (!response.ok) throw new Error(await response.text())
    },
    async reset() {
      await (await fetch(`${url}/sim/reset`, { method: 'POST' })).arrayBuffer()
    },
    client: (options) =>
      createPaymentClient({
        url,
        secrets: [PROVIDER_SECRET],
        timeoutMs: 2_000,
        pauseMs: 1,
        random: () => 0.5,
        clock: () => performance.now(),
        ...options,
      }),
    stop: () => stop('SIGTERM'),
  }
}

export type ReceivedWebhook = { readonly signature: string | null; readonly raw: Buffer }

/** A listener that takes every webhook. */
export async function collectWebhooks(): Promise<{
  readonly url: string
  readonly received: ReceivedWebhook[]
}> {
  const received: ReceivedWebhook[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const signature = request.headers['aisle-signature']
    received.push({ signature: typeof signature === 'string' ? signature : null, raw: Buffer.concat(chunks) })
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received }
}
