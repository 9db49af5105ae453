/**
 * A plain client under load, as a process of its own: so many clients at once, each with the next job as soon as its
 * last is done. A job is what one answer takes: steps one after the other, the requests of a step together. Reads a
 * `LoadPlan` from standard input and writes a `LoadResult`.
 */
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { percentile } from './statistics.ts'

export type PlannedRequest = {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type Job = readonly (readonly PlannedRequest[])[]

export type LoadPlan = { readonly jobs: readonly Job[]; readonly clients: number; readonly seconds: number }
/** Jobs per second; ms from the begin of a job to its last byte. */
export type LoadResult = { readonly rate: number; readonly p50Ms: number; readonly p99Ms: number }

const CONNECTIONS_MAX = 64

async function main(): Promise<void> {
  const { jobs, clients, seconds } = JSON.parse(await text(process.stdin)) as LoadPlan
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })
  const times: number[] = []
  let next = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  const client = async () => {
    while (performance.now() < endsAt) {
      const job = jobs[next % jobs.length] ?? []
      next += 1
      const begun = performance.now()
      for (const step of job) await Promise.all(step.map((one) => ask(one, agent)))
      times.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const rate = (times.length * 1_000) / (performance.now() - startedAt)
  const result: LoadResult = { rate, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) }
  agent.destroy()
  process.stdout.write(JSON.stringify(result))
}

/** The answer is read and parsed: nobody asks in order not to know. @throws Error for anything but a 200 */
async function ask({ url, method, headers, body }: PlannedRequest, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
  const sent = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
    text(response).then((answer) => {
      JSON.parse(answer)
      if (response.statusCode === 200) resolve()
      else reject(new Error(`${url}: status ${response.statusCode}`))
    }, reject)
  })
  sent.once('error', reject)
  sent.end(body)
  await promise
}

await main()
