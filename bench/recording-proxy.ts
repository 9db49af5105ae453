/**
 * Stands before Elasticsearch and writes down the searches that pass, so that they can be sent again without the api.
 * Which of them were under way together is kept: they form a step.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Job, PlannedRequest } from './load-client.ts'

export type RecordingProxy = {
  readonly url: string
  /** What passed since the last call, as a job. */
  taken(): Job
  stop(): Promise<void>
}

type Passed = PlannedRequest & { readonly begun: number; ended: number }

const KEPT_HEADERS = ['content-type', 'accept']

/** @param target URL of Elasticsearch */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  let passed: Passed[] = []
  const server = createServer((request, response) => {
    const answer = async () => {
      const { method = 'GET', url = '/' } = request
      const body = await text(request)
      const headers = Object.fromEntries(
        KEPT_HEADERS.map((name) => [name, String(request.headers[name] ?? '')]),
      )
      const one: Passed = {
        url: target + url,
        method,
        headers,
        body,
        begun: performance.now(),
        ended: Infinity,
      }
      if (url.includes('/_search')) passed.push(one)
      const reply = await fetch(one.url, { method, headers, ...(body === '' ? {} : { body }) })
      const answered = await reply.text()
      one.ended = performance.now()
      const known = ['content-type', 'x-elastic-product'].flatMap((name) => reply.headers.get(name) ?? [])
      response.writeHead(reply.status, {
        'content-type': known[0] ?? '',
        'x-elastic-product': 'Elasticsearch',
      })
      response.end(answered)
    }
    answer().catch((thrown: unknown) => response.destroy(thrown instanceof Error ? thrown : undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    taken() {
      const job = stepsOf(passed)
      passed = []
      return job
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A request that began before the others of its step had ended belongs to the step. */
function stepsOf(passed: readonly Passed[]): Job {
  const steps: PlannedRequest[][] = []
  let stepEnds = Number.NEGATIVE_INFINITY
  for (const { begun, ended, ...request } of passed) {
    if (begun >= stepEnds) steps.push([])
    steps.at(-1)?.push(request)
    stepEnds = Math.max(stepEnds, ended)
  }
  return steps
}
