/** The payment provider of the configuration, its calls measured. */
import type { Metrics } from '../telemetry/metrics.ts'
import { createPaymentClient } from './payment-client.ts'
import type { PaymentProvider } from './provider.ts'
import type { PaymentTimes } from './settle-payment.ts'

export type ProviderSettings = PaymentTimes & {
  /** Base URL, without a slash at its end; '': there is none. */
  readonly url: string
  /** Live secrets of its webhooks. */
  readonly secrets: readonly string[]
  /** Of one try. */
  readonly timeout_ms: number
}

export type ProviderParts = {
  readonly metrics: Pick<Metrics, 'observe'>
  /** Monotonic ms. */
  readonly clock: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** @returns null: nothing can be paid for */
export function connectProvider(
  { url, secrets, timeout_ms }: ProviderSettings,
  { metrics, clock, random }: ProviderParts,
): PaymentProvider | null {
  if (url === '') return null
  return createPaymentClient({
    ...{ url, secrets, timeoutMs: timeout_ms, clock, random },
    onCall: (call, outcome, ms) =>
      metrics.observe('payments_provider_seconds', ms / 1_000, { call, outcome }),
  })
}
