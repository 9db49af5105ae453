/**
 * Pays the debts of the event relay: rows of the outbox that Redis has lost or never got are sent again, in the order
 * of their ids. Live events go on meanwhile; a consumer tells by `ver` that an event is late.
 */
import { topicLabel } from '../../src/catalog/topics.ts'
import { EventsNotTaken } from '../adapters/event-publisher.ts'
import { owedEvents } from '../adapters/outbox-rows.ts'
import { advanceDebt, beginDebt, clearDebt, type Debt, readDebts } from '../adapters/relay-state.ts'
import { hasPassed, takeFence } from '../adapters/slot.ts'
import { type Bell, createBell, sleep, until } from '../adapters/wait.ts'
import type { RelayedEvent } from '../core/relay-queue.ts'
import type { Context } from './context.ts'
import type { EventRelay } from './relay.ts'

/** Debts are also asked for by others. */
const LOOK_MS = 1_000
const AWAY_LOOK_MS = 50
const FENCE_LOOK_MS = 20
const RETRY_MS = 500

export class DebtPayer {
  readonly #context: Context
  readonly #relay: EventRelay
  readonly #bell: Bell = createBell()

  constructor(context: Context, relay: EventRelay) {
    this.#context = context
    this.#relay = relay
    relay.onDebt = () => this.#bell.ring()
  }

  /** Runs until the signal. @throws when Postgres does not answer */
  async run(signal: AbortSignal): Promise<void> {
    const { metrics, pool } = this.#context
    for (;;) {
      const debts = await readDebts(pool)
      metrics.set('events_debt', debts.length)
      for (const debt of debts) await this.#pay(debt, signal)
      if (debts.length === 0) await this.#bell.wait(LOOK_MS, signal)
    }
  }

  /** A debt that grows meanwhile is left as it is then, for the next look. */
  async #pay(owed: Debt, signal: AbortSignal): Promise<void> {
    const { log, pool } = this.#context
    await until(() => !this.#relay.isAway, AWAY_LOOK_MS, signal)
    let debt = await this.#begin(owed, signal)
    if (debt === null) return
    log.info({ debt: debt.key, from_tx: debt.from_tx, last_id: debt.last_id }, 'events are sent again')
    let sent = 0
    for await (const page of owedEvents(pool, debt)) {
      await this.#send(page, signal)
      sent += page.length
      const last_id: string = page.at(-1)?.id ?? debt.last_id
      if (!(await advanceDebt(pool, debt, last_id))) return
      debt = { ...debt, last_id }
    }
    await clearDebt(pool, debt)
    log.info({ debt: debt.key, events: sent }, 'events were sent again')
  }

  /**
   * Live delivery has everything from the fence on; what is below is visible once it has passed.
   * @returns the debt with its end, or null when it was changed meanwhile
   */
  async #begin(debt: Debt, signal: AbortSignal): Promise<Debt | null> {
    const { pool } = this.#context
    const fence = debt.before_tx === null ? await takeFence(pool) : BigInt(debt.before_tx)
    if (debt.before_tx === null && !(await beginDebt(pool, debt, fence))) return null
    while (!(await hasPassed(pool, fence))) await sleep(FENCE_LOOK_MS, signal)
    return { ...debt, before_tx: String(fence) }
  }

  async #send(page: readonly RelayedEvent[], signal: AbortSignal): Promise<void> {
    const { metrics } = this.#context
    for (;;) {
      try {
        await this.#relay.resend(page)
        for (const { topic } of page) metrics.count('events_resent_total', { topic: topicLabel(topic) })
        return
      } catch (thrown) {
        if (!(thrown instanceof EventsNotTaken)) throw thrown
        await sleep(RETRY_MS, signal)
      }
    }
  }
}
