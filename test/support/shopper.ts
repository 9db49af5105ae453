/** Somebody who calls the api for holds: a bearer token of their own, fresh keys, answers with what matters of them. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { uuidV7 } from '../../src/http/ids.ts'
import { bearerOf } from './identity.ts'

export type AskedLine = { readonly sku: string; readonly qty: number; readonly expected_price_minor?: number }

export type HoldReply = {
  readonly status: number
  /** As it came; a problem without its request id, which is another at each call. */
  readonly text: string
  readonly body: {
    readonly hold_id?: string
    readonly state?: string
    readonly order_id?: string | null
    readonly reason?: string
    readonly type?: string
    readonly total_minor?: number
    readonly created_at?: string
    readonly expires_at?: string
    readonly max_expires_at?: string
    readonly expires_in_ms?: number
    readonly lines?: readonly Record<string, unknown>[]
    readonly short?: readonly Record<string, unknown>[]
    readonly prices?: readonly Record<string, unknown>[]
    readonly limit?: number
    readonly used?: number
  }
  readonly headers: Headers
}

export type HoldOptions = {
  /** null: none is sent. */
  readonly key?: string | null
  readonly allow_partial?: boolean
  readonly ttl_s?: number
}

export type Shopper = {
  readonly subject: string
  /** Any call of theirs. @param key null, absent: none is sent */
  call(method: string, path: string, body?: unknown, key?: string | null): Promise<HoldReply>
  hold(lines: readonly AskedLine[], options?: HoldOptions): Promise<HoldReply>
  /** Other lines in the place of a hold. */
  change(id: string, lines: readonly AskedLine[], key?: string): Promise<HoldReply>
  look(id: string): Promise<HoldReply>
  extend(id: string, seconds: number): Promise<HoldReply>
  release(id: string): Promise<HoldReply>
}

export const newKey = (): string => uuidV7(Date.now(), randomUUID())

/** Longest pause of a page before it asks again, ms. A page waits for Retry-After; a test has less time. */
const PAUSE_MAX_MS = 300

/**
 * Like a page of the shop: whoever is sent away for a moment, or got no answer in time, asks again with the same key.
 * @param call always with one key
 */
export async function insist<T extends { readonly status: number }>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    const reply = await call()
    if (reply.status !== 503 && reply.status !== 504) return reply
    await pause(Math.random() * PAUSE_MAX_MS)
  }
}

/**
 * @param url of an api process; a function where it changes @param namespace of the database
 * @param now clock of the process that has issued the token, unix time in s
 */
export async function shopper(
  url: string | (() => string),
  namespace: string,
  subject = `guest:${randomUUID()}`,
  now?: () => number,
): Promise<Shopper> {
  const authorization = await bearerOf(subject, 'guest', namespace, now)
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    key?: string | null,
  ): Promise<HoldReply> => {
    const reply = await fetch((typeof url === 'string' ? url : url()) + path, {
      method,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key ? { 'idempotency-key': key } : {}),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = (await reply.text()).replace(/,?"request_id":"[^"]*"/, '')
    return { status: reply.status, text, body: JSON.parse(text) as HoldReply['body'], headers: reply.headers }
  }
  return {
    subject,
    call,
    hold: (lines, { key = newKey(), ...options } = {}) =>
      call('POST', '/v1/holds', { lines, ...options }, key),
    change: (id, lines, key = newKey()) => call('PATCH', `/v1/holds/${id}`, { lines }, key),
    look: (id) => call('GET', `/v1/holds/${id}`),
    extend: (id, seconds) => call('POST', `/v1/holds/${id}/extend`, { seconds }),
    release: (id) => call('DELETE', `/v1/holds/${id}`),
  }
}
