/**
 * Follows the epochs of the gate's slots. Looked at when the connection is ready, every few seconds, and when a
 * script says that its epoch is not the caller's. Rule in `epoch-rule.ts`.
 *
 * E1 The row in Postgres decides; the key in Redis is only ever raised to it.
 * E2 A change is seen by one look: of all processes that see it, one begins the epoch.
 * E3 A look that fails changes nothing: the gate stays closed for whoever has the wrong epoch, orders go on without it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { GateKeys } from '../redis/keys.ts'
import { type EpochRow, nextServerId, serverIdOf } from './epoch-rule.ts'
import type { GateCalls } from './gate-calls.ts'
import { parseEpoch } from './gate-replies.ts'

export type EpochStatements = {
  /** Rows of these slots, from the primary. */
  read(slots: readonly number[]): Promise<readonly EpochRow[]>
  /** Raise `n` by 1 where `server_id` is another one. @returns the new n; null: somebody else has done it */
  begin(slot: number, serverId: string): Promise<number | null>
}

/** `isBegunHere`: by this process, which then removes what older epochs have left. */
export type EpochChange = { readonly slot: number; readonly n: number; readonly isBegunHere: boolean }

export type EpochParts = {
  readonly calls: GateCalls
  readonly keys: GateKeys
  /** 1, or INV_SLOTS in a cluster. */
  readonly slots: number
  readonly statements: EpochStatements
  /** This process has begun an epoch, or has learned of one after its first. */
  readonly onChange?: (change: EpochChange) => void
  readonly onError?: (error: unknown) => void
}

export class GateEpochs {
  readonly #parts: EpochParts
  readonly #current: (number | null)[]
  #flight: Promise<void> | null = null

  constructor(parts: EpochParts) {
    this.#parts = parts
    this.#current = Array.from({ length: parts.slots }, () => null)
  }

  /** Epoch of a slot as far as this process knows; null: not looked at yet. */
  current(slot: number): number | null {
    return this.#current[slot] ?? null
  }

  /** Look at every slot; who calls meanwhile shares the look. Never throws. */
  refresh(): Promise<void> {
    this.#flight ??= this.#lookAtAll().finally(() => {
      this.#flight = null
    })
    return this.#flight
  }

  /** Look on every `ready` and every `everyMs` until the signal aborts. Never throws. */
  async watch(everyMs: number, signal: AbortSignal): Promise<void> {
    const { connection } = this.#parts.calls
    const look = () => void this.refresh()
    connection.on('ready', look)
    while (!signal.aborted) {
      await this.refresh()
      await sleep(everyMs, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
    }
    connection.off('ready', look)
  }

  async #lookAtAll(): Promise<void> {
    const { slots, statements, onError } = this.#parts
    try {
      const rows = await statements.read(Array.from({ length: slots }, (_, slot) => slot))
      const looks = await Promise.allSettled(rows.map((row) => this.#look(row)))
      for (const look of looks) if (look.status === 'rejected') onError?.(look.reason)
    } catch (error) {
      onError?.(error)
    }
  }

  async #look(row: EpochRow): Promise<void> {
    const { statements } = this.#parts
    const seen = await this.#raise(row.slot, 0)
    const begins = nextServerId(row, {
      current: seen.current,
      serverId: serverIdOf(seen.runId, seen.replicationId),
    })
    const begun = begins === null ? null : await statements.begin(row.slot, begins)
    const n = begun ?? (begins === null ? row.n : await this.#readAgain(row))
    await this.#raise(row.slot, n)
    this.#learn(row.slot, n, begun !== null)
  }

  async #raise(slot: number, n: number) {
    const { calls, keys } = this.#parts
    return parseEpoch(await calls.run(slot, 'epoch', { keys: [keys.epoch(slot)], args: [n] }))
  }

  async #readAgain(row: EpochRow): Promise<number> {
    const [now] = await this.#parts.statements.read([row.slot])
    return now?.n ?? row.n
  }

  #learn(slot: number, n: number, isBegunHere: boolean): void {
    const before = this.#current[slot]
    this.#current[slot] = n
    if (before !== n && (before !== null || isBegunHere)) this.#parts.onChange?.({ slot, n, isBegunHere })
  }
}
