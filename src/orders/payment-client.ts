/**
 * The simulated provider over HTTP, as `PaymentProvider`. Each call has 5 s and three tries; a try that fails in a way
 * that a later one may not (no answer, 5xx, 429) is made again with the same key, which is why a key is part of
 * every call that has an effect. After the third the outcome is `unknown`.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { CreatePayment, PaymentProvider, WebhookOutcome } from './provider.ts'
import { verifySignature } from './signature.ts'

export type PaymentClientOptions = {
  /** Base URL of the provider, without a slash at its end. */
  readonly url: string
  /** Live secrets of its webhooks, at least one. */
  readonly secrets: readonly string[]
  readonly timeoutMs?: number
  readonly tries?: number
  /** Before the second try, ms; doubled before each further one and spread over half to one and a half. */
  readonly pauseMs?: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Told how each call ended; for metrics. */
  readonly onCall?: (call: ProviderCall, outcome: string, ms: number) => void
  /** Monotonic clock, ms. */
  readonly clock: () => number
}

export type ProviderCall = 'create' | 'get' | 'cancel' | 'refund'

const TIMEOUT_MS = 5_000
const TRIES = 3
const PAUSE_MS = 100
/** A body of the provider is a few hundred bytes. */
const BODY_MAX = 64 * 1_024

const Minor = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt)
const State = z.enum(['pending', 'succeeded', 'declined', 'cancelled'])
const CreatedBody = z.object({ ref: z.string().min(1), state: State, redirect_url: z.string().nullable() })
const PaymentBody = z.object({ state: State, amount_minor: Minor, currency: z.string().length(3) })
const CancelBody = z.object({ state: z.enum(['cancelled', 'succeeded', 'declined']) })
const RefundBody = z.object({ state: z.enum(['done', 'pending', 'failed']) })
const EventBody = z.object({
  id: z.string().min(1).max(100),
  type: z.string().min(1).max(100),
  ref: z.string().min(1).max(100),
})

type Request = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly key?: string
  readonly body?: unknown
}
/** `null`: no answer after all tries. */
type Reply = { readonly status: number; readonly body: unknown } | null

export function createPaymentClient(options: PaymentClientOptions): PaymentProvider {
  const call = async <T extends { outcome: string } | string>(
    name: ProviderCall,
    request: Request,
    outcomeOf: (reply: Reply) => T,
  ): Promise<T> => {
    const began = options.clock()
    const outcome = outcomeOf(await ask(options, request))
    options.onCall?.(name, typeof outcome === 'string' ? outcome : outcome.outcome, options.clock() - began)
    return outcome
  }
  return {
    name: 'sim',
    create: (payment) => call('create', createRequest(payment), createdOf),
    get: (ref) => call('get', { method: 'GET', path: `/payments/${encodeURIComponent(ref)}` }, foundOf),
    cancel: (ref, key) =>
      call('cancel', { method: 'POST', path: `/payments/${encodeURIComponent(ref)}/cancel`, key }, cancelOf),
    refund: ({ ref, key, amountMinor }) => {
      const path = `/payments/${encodeURIComponent(ref)}/refunds`
      return call(
        'refund',
        { method: 'POST', path, key, body: { amount_minor: String(amountMinor) } },
        refundOf,
      )
    },
    verifyWebhook(raw, signature, nowSeconds): WebhookOutcome {
      const verdict = verifySignature({ header: signature, body: raw }, options.secrets, nowSeconds)
      if (verdict !== 'valid') return { outcome: 'bad_signature' }
      const parsed = EventBody.safeParse(jsonOf(raw))
      return parsed.success ? { outcome: 'event', event: parsed.data } : { outcome: 'bad_body' }
    },
  }
}

function createRequest(payment: CreatePayment): Request {
  const body = {
    order_id: payment.orderId,
    amount_minor: String(payment.amountMinor),
    currency: payment.currency,
    expires_in_s: payment.expiresInS,
    return_url: payment.returnUrl ?? null,
    metadata: payment.scenario === undefined ? {} : { scenario: payment.scenario },
  }
  return { method: 'POST', path: '/payments', key: payment.key, body }
}

function createdOf(reply: Reply): Awaited<ReturnType<PaymentProvider['create']>> {
  const body = reply && isGood(reply) ? CreatedBody.safeParse(reply.body) : null
  if (body?.success) {
    const { ref, state, redirect_url } = body.data
    return { outcome: 'created', ref, state, redirectUrl: redirect_url }
  }
  return reply && isOurFault(reply) ? { outcome: 'refused', status: reply.status } : { outcome: 'unknown' }
}

function foundOf(reply: Reply): Awaited<ReturnType<PaymentProvider['get']>> {
  const body = reply && isGood(reply) ? PaymentBody.safeParse(reply.body) : null
  if (body?.success) {
    const { state, amount_minor, currency } = body.data
    return { outcome: 'found', state, amountMinor: amount_minor, currency }
  }
  return reply?.status === 404 ? { outcome: 'missing' } : { outcome: 'unknown' }
}

function cancelOf(reply: Reply): Awaited<ReturnType<PaymentProvider['cancel']>> {
  const body = reply && isGood(reply) ? CancelBody.safeParse(reply.body) : null
  return body?.success ? body.data.state : 'unknown'
}

function refundOf(reply: Reply): Awaited<ReturnType<PaymentProvider['refund']>> {
  const body = reply && isGood(reply) ? RefundBody.safeParse(reply.body) : null
  if (body?.success) return body.data.state
  return reply && isOurFault(reply) ? 'failed' : 'unknown'
}

const isGood = (reply: { readonly status: number }) => reply.status >= 200 && reply.status < 300
const isOurFault = (reply: { readonly status: number }) => reply.status >= 400 && reply.status < 500

/** The reply, asked for again while another try may give a better one. */
async function ask(options: PaymentClientOptions, request: Request): Promise<Reply> {
  const { tries = TRIES, pauseMs = PAUSE_MS, random } = options
  for (let tried = 1; ; tried += 1) {
    const reply = await askOnce(options, request)
    const isFinal = reply !== null && reply.status < 500 && reply.status !== 429
    if (isFinal) return reply
    if (tried >= tries) return null
    await pause(pauseMs * 2 ** (tried - 1) * (0.5 + random()))
  }
}

async function askOnce(options: PaymentClientOptions, request: Request): Promise<Reply> {
  try {
    const response = await fetch(options.url + request.path, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    })
    const text = await response.text()
    return { status: response.status, body: text.length > BODY_MAX ? undefined : jsonOf(text) }
  } catch {
    return null // no connection, no answer in time: whether it had an effect is not known
  }
}

/** @returns undefined for what is not JSON: no schema takes it */
function jsonOf(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text))
  } catch {
    return undefined
  }
}
