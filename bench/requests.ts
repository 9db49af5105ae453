/** HTTP from outside: many connections at once by autocannon, or one request after the other with the time of each. */
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { CHECKOUT } from '../stack/state.ts'
import type { Setting } from './benchmark.ts'
import { run } from './processes.ts'

const AUTOCANNON = join(CHECKOUT, 'node_modules/autocannon/autocannon.js')

const Shot = z.object({
  requests: z.object({ total: z.number() }),
  duration: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
})

/**
 * Requests per second over `connections` connections, in a process of its own.
 * @throws Error when any answer was not a 2xx: then it was something else that was measured
 */
export async function requestRate(
  setting: Setting,
  url: string,
  connections: number,
  seconds: number,
): Promise<number> {
  const args = ['--json', '--no-progress', '-c', String(connections), '-p', '1', '-d', String(seconds), url]
  const shot = Shot.parse(JSON.parse(await run(setting, [AUTOCANNON, ...args])))
  if (shot.errors + shot.timeouts + shot.non2xx > 0) {
    throw new Error(`${url}: ${shot.errors} errors, ${shot.timeouts} timeouts, ${shot.non2xx} other answers`)
  }
  return shot.requests.total / shot.duration
}

export type Target = { readonly url: string; readonly headers: Readonly<Record<string, string>> }

/** Times of requests, one after the other on one connection, us. */
export async function timesOf(targets: readonly Target[]): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  for (const target of targets) {
    const startedAt = performance.now()
    await get(target, agent)
    times.push((performance.now() - startedAt) * 1_000)
  }
  agent.destroy()
  return times
}

function get({ url, headers }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      response.resume().once('end', resolve).once('error', reject)
    })
      .once('error', reject)
      .end()
  })
}
