/**
 * Webhooks of the simulated provider: each event as one to several signed messages, late, held back behind a later one,
 * or never. A message is sent once; whether the shop took it is only counted. A shop that relies on them fails here.
 */
import { SIGNATURE_HEADER, signBody } from '../src/orders/signature.ts'
import type { BookEvent } from './payment-books.ts'
import type { WebhookFate } from './payment-rates.ts'
import { Timers } from './timers.ts'

export type WebhookTarget = {
  /** '' sends nothing. */
  readonly url: string
  readonly secrets: readonly string[]
}

const TIMEOUT_MS = 5_000
/** An event that is held back goes out after so long at the latest, ms. */
const HELD_BACK_MS = 2_000

export class Webhooks {
  target: WebhookTarget
  counts = { sent: 0, failed: 0, lost: 0, copies: 0 }
  readonly #timers = new Timers()
  readonly #heldBack = new Set<() => void>()

  constructor(target: WebhookTarget) {
    this.target = target
  }

  send(event: BookEvent, fate: WebhookFate): void {
    if (this.target.url === '') return
    if (fate.isLost) {
      this.counts.lost += 1
      return
    }
    this.counts.copies += fate.copies.length - 1
    const go = () => {
      for (const lateMs of fate.copies) this.#timers.after(lateMs, () => void this.#deliver(event))
    }
    if (!fate.isReordered) {
      go()
      // After this one, what was held back: it now comes in the wrong order.
      for (const release of this.#heldBack) this.#timers.after(1, release)
      this.#heldBack.clear()
      return
    }
    let isGone = false
    const once = () => {
      if (isGone) return
      isGone = true
      this.#heldBack.delete(once)
      go()
    }
    this.#heldBack.add(once)
    this.#timers.after(HELD_BACK_MS, once)
  }

  /** What has not gone out yet. */
  get pending(): number {
    return this.#timers.size
  }

  /** Forget what has not gone out. */
  stop(): void {
    this.#timers.clear()
  }

  /** Forget everything. */
  reset(target: WebhookTarget): void {
    this.stop()
    this.#heldBack.clear()
    this.target = target
    this.counts = { sent: 0, failed: 0, lost: 0, copies: 0 }
  }

  async #deliver(event: BookEvent): Promise<void> {
    const body = Buffer.from(JSON.stringify(event))
    const signature = signBody(this.target.secrets, body, Math.floor(Date.now() / 1_000))
    try {
      const response = await fetch(this.target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`the shop answered ${response.status}`)
      this.counts.sent += 1
    } catch {
      this.counts.failed += 1 // the shop asks by itself when it hears nothing
    }
  }
}
