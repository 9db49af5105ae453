/**
 * Calls over HTTP as a page of the shop makes them: who gets no answer, or is sent away for a moment, asks again with
 * the same key, at another process. Lean, because thousands of calls share the machine with what they test.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'

export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly authorization: string
  /** Idempotency key. */
  readonly key?: string
  readonly body?: unknown
}

export type Reply = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a reply of any route; who reads a field knows the route
  readonly body: any
  /** Calls that were made until this answer came, at least 1. */
  readonly tries: number
}

export type CallerOptions = {
  /** Processes that take calls; asked anew at every try. */
  readonly urls: () => readonly string[]
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** How likely a caller that got no answer walks away, so that it never learns what became of its call. */
  readonly walksAway: number
  /** Told of every answer that came, also of those that are asked again. */
  readonly onAnswer?: (status: number, retryAfter: string | null) => void
}

export type InsistentCaller = {
  /** @returns null: no answer in the end; what became of the call is unknown */
  call(call: Call): Promise<Reply | null>
  close(): Promise<void>
}

/** A call that no process answers for this long is given up, ms. */
const GIVE_UP_MS = 20_000
/** For one answer, ms: above every bound that the product has for its own. */
const ANSWER_MS = 10_000
/** A page waits for Retry-After; a test has less time. ms */
const PAUSE_MAX_MS = 200

export function createCaller({ urls, random, walksAway, onAnswer }: CallerOptions): InsistentCaller {
  const agent = new Agent({ connections: null, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS })
  const once = async ({ method, path, authorization, key, body }: Call) => {
    const among = urls()
    const url = among[Math.floor(random() * among.length)] ?? ''
    const reply = await request(url + path, {
      dispatcher: agent,
      method,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await reply.body.text()
    onAnswer?.(reply.statusCode, reply.headers['retry-after']?.toString() ?? null)
    return { status: reply.statusCode, body: text === '' ? null : JSON.parse(text) }
  }
  return {
    async call(call) {
      const until = performance.now() + GIVE_UP_MS
      for (let tries = 1; performance.now() < until; tries += 1) {
        const reply = await once(call).catch(() => null) // the process died, or was never there
        if (reply !== null && !ASK_AGAIN.includes(reply.status)) return { ...reply, tries }
        if (reply === null && random() < walksAway) return null
        await pause(random() * PAUSE_MAX_MS)
      }
      return null
    },
    close: () => agent.destroy(),
  }
}

/** Too many calls, overloaded or unavailable, no answer in time: all of them say "ask again". */
const ASK_AGAIN: readonly number[] = [429, 503, 504]
