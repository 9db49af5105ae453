/**
 * What the order path needs of a payment provider. Every answer is a word: what can be expected of a server far away
 * is never an exception. `unknown` means that nobody can say whether the call had its effect: ask again with the
 * same key, never assume either.
 *
 * Order of work of a caller: the row first (payment CREATED, committed), then the call with the key
 * `<order id>:<attempt>`, then the result. A crash between is repaired by the same call with the same key.
 * Amounts are minor units of `currency` (ISO 4217).
 */

/** How a payment stands at the provider. `cancelled` is also one that ran out of time there. */
export type PayState = 'pending' | 'succeeded' | 'declined' | 'cancelled'

export type CreatePayment = {
  /** `<order id>:<attempt>`: the same key is the same payment. */
  readonly key: string
  readonly orderId: string
  readonly amountMinor: bigint
  readonly currency: string
  /** After so many seconds the provider takes no money for it. */
  readonly expiresInS: number
  /** Where the shopper's browser goes after paying, when paying happens on a page of the provider. */
  readonly returnUrl?: string
  /** For the simulated provider: `decline`, `late:90`, `dup:3`, `lost`, `paid_after_cancel`, `shopper`, `short:1`, `in:SEK`. */
  readonly scenario?: string
}

export type Created =
  | {
      readonly outcome: 'created'
      readonly ref: string
      readonly state: PayState
      /** null: nothing for the shopper to do there. */
      readonly redirectUrl: string | null
    }
  /** The provider will never take this payment: the request was wrong. Nothing was created. */
  | { readonly outcome: 'refused'; readonly status: number }
  | { readonly outcome: 'unknown' }

export type Found =
  | {
      readonly outcome: 'found'
      readonly state: PayState
      readonly amountMinor: bigint
      readonly currency: string
    }
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'unknown' }

/** `cancelled` and `declined`: no money can come any more, as far as the provider knows. */
export type CancelOutcome = 'cancelled' | 'succeeded' | 'declined' | 'unknown'

/** `failed`: the provider says no. `unknown`: it says nothing. */
export type RefundOutcome = 'done' | 'pending' | 'failed' | 'unknown'

export type RefundPayment = { readonly key: string; readonly ref: string; readonly amountMinor: bigint }

/** A hint that something happened; amount and state are read by `get`. */
export type WebhookEvent = { readonly id: string; readonly type: string; readonly ref: string }

export type WebhookOutcome =
  | { readonly outcome: 'event'; readonly event: WebhookEvent }
  | { readonly outcome: 'bad_signature' | 'bad_body' }

export type PaymentProvider = {
  /** As in the path of its webhooks and in `inv.payment.provider`. */
  readonly name: string
  create(payment: CreatePayment): Promise<Created>
  get(ref: string): Promise<Found>
  /** @param key the same key is the same call */
  cancel(ref: string, key: string): Promise<CancelOutcome>
  refund(refund: RefundPayment): Promise<RefundOutcome>
  /**
   * @param raw the body as it came
   * @param signature value of the header `Aisle-Signature`
   * @param nowSeconds unix time of Postgres
   */
  verifyWebhook(raw: Uint8Array, signature: string | null, nowSeconds: number): WebhookOutcome
}
