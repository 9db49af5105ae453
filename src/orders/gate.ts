/**
 * The admission gate: counts in Redis that let through as many carts as there are units, so that losers of a sale
 * never reach Postgres. It promises nothing and frees nothing by itself; what it lost or never had is repaired by
 * reconcile, and meanwhile Postgres refuses.
 *
 * G1 A cart is one call on one Redis. In a cluster it is one call per slot, ascending; when a later slot refuses, what
 *    this call took in earlier ones is given back before the answer, so that a retry cannot meet a late abort.
 * G2 An answer that does not come in time is UNKNOWN, never a refusal.
 * G3 `settle` and `abort` follow what Postgres decided; both may be repeated, come late, or be about an older epoch.
 *    `withdraw` follows an admission that goes no further, once.
 */
import type { Admission, GateCart, SettledLine } from './admission.ts'
import { type AskedSlot, answerOf, goesOn, type SlotReply, takenBy } from './gate-answer.ts'
import { GateUnavailable } from './gate-calls.ts'
import { type AdmitReply, parseAdmit, parseEnded } from './gate-replies.ts'
import { abortRequest, admitRequest, settleRequest } from './gate-requests.ts'
import type { GateSlots } from './gate-slots.ts'
import type { GateStock } from './gate-stock.ts'
import { linesBySlot } from './slot.ts'
import { type ReadStock, StockReader } from './stock-reader.ts'
import type { Line } from './types.ts'

/** A repeated request comes within the life of a hold. */
const KEEP_MS = 600_000

export type GateParts = {
  readonly slots: GateSlots
  readonly stock: Pick<GateStock, 'load'>
  readonly readStock: ReadStock
  /** A reading that failed. */
  readonly onError?: (error: unknown) => void
}

export class Gate {
  readonly #parts: GateParts
  readonly #reader: StockReader

  constructor(parts: GateParts) {
    this.#parts = parts
    this.#reader = new StockReader(parts.readStock)
  }

  /** Ask whether a cart may try its luck in Postgres. Never throws for what Redis or a reading does. */
  async admit(cart: GateCart): Promise<Admission> {
    const asked: AskedSlot[] = []
    for (const { slot, lines } of linesBySlot(cart.lines, this.#parts.slots.count)) {
      const reply = await this.#admitSlot(slot, cart, lines)
      asked.push({ slot, lines, reply })
      if (!goesOn(reply, cart)) break
    }
    const answer = answerOf(cart, asked)
    const isEnd = answer.outcome === 'REFUSED' || answer.outcome === 'MISMATCH'
    if (isEnd) for (const { lines } of takenBy(asked)) await this.withdraw(cart.id, lines)
    return answer
  }

  /** Postgres has the hold. @returns lines that were still tentative; null: Redis did not answer, the sweeper will ask */
  settle(id: string, lines: readonly SettledLine[]): Promise<number | null> {
    return this.#end(lines, async (slot, ofSlot) => {
      const now = this.#parts.slots.now(slot)
      if (now === null) return null
      const request = settleRequest(now.keys, id, ofSlot, KEEP_MS)
      return await this.#parts.slots.run(slot, 'settle', request, parseEnded)
    })
  }

  /** Postgres has refused the hold, or has a VOID row for its id. @returns lines given back; null: no answer */
  abort(id: string, lines: readonly Pick<Line, 'sku'>[]): Promise<number | null> {
    return this.#giveBack(id, lines, true)
  }

  /**
   * This attempt, which was answered OK or KNOWN, gives up before it has asked Postgres. To be awaited before the client
   * is told: its next attempt must not be admitted first. While another attempt of the same id is under way, the units
   * stay. @returns lines given back; null: no answer
   */
  withdraw(id: string, lines: readonly Pick<Line, 'sku'>[]): Promise<number | null> {
    return this.#giveBack(id, lines, false)
  }

  #giveBack(id: string, lines: readonly Pick<Line, 'sku'>[], isDecided: boolean): Promise<number | null> {
    return this.#end(lines, async (slot, ofSlot) => {
      const now = this.#parts.slots.now(slot)
      if (now === null) return null
      const request = abortRequest(now.keys, id, ofSlot, isDecided)
      return await this.#parts.slots.run(slot, 'abort', request, parseEnded)
    })
  }

  /** Admit the lines of one slot. SKUs that are not loaded are fetched once. */
  async #admitSlot(slot: number, cart: GateCart, lines: readonly Line[]): Promise<SlotReply> {
    try {
      const first = await this.#admitOnce(slot, cart, lines)
      if (first.word !== 'MISS') return withoutEpoch(first)
      const unknown = await this.#load(lines)
      if (unknown !== null) return { word: 'UNKNOWN_SKU', sku: unknown }
      const second = await this.#admitOnce(slot, cart, lines)
      return second.word === 'MISS' ? { word: 'UNKNOWN', reason: 'not_loaded' } : withoutEpoch(second)
    } catch (error) {
      if (error instanceof GateUnavailable) return { word: 'UNKNOWN', reason: error.reason }
      this.#parts.onError?.(error)
      return { word: 'UNKNOWN', reason: 'not_loaded' }
    }
  }

  #admitOnce(slot: number, cart: GateCart, lines: readonly Line[]): Promise<AdmitReply> {
    const { slots } = this.#parts
    return slots.inEpoch(slot, ({ keys, epoch }) =>
      slots.run(slot, 'admit', admitRequest(keys, epoch, cart, lines), parseAdmit),
    )
  }

  /** @returns a SKU that Postgres does not have, else null */
  async #load(lines: readonly Line[]): Promise<string | null> {
    const counts = await this.#reader.read(lines.map(({ sku }) => sku))
    const unknown = lines.find(({ sku }) => !counts.has(sku))
    if (unknown) return unknown.sku
    const found = lines.flatMap(({ sku }) => counts.get(sku) ?? [])
    await Promise.all(found.map((count) => this.#parts.stock.load(count)))
    return null
  }

  async #end<T extends { readonly sku: string }>(
    lines: readonly T[],
    endSlot: (slot: number, lines: readonly T[]) => Promise<number | null>,
  ): Promise<number | null> {
    const bySlot = linesBySlot(lines, this.#parts.slots.count)
    const ended = await Promise.all(bySlot.map((of) => endSlot(of.slot, of.lines).catch(nullWhenUnavailable)))
    return ended.reduce<number | null>((sum, n) => (sum === null || n === null ? null : sum + n), 0)
  }
}

function withoutEpoch(reply: Exclude<AdmitReply, { readonly word: 'MISS' }>): SlotReply {
  return reply.word === 'NOEPOCH' ? { word: 'UNKNOWN', reason: 'no_epoch' } : reply
}

/** The sweeper of old admissions and the events of the outbox end what is missed here. */
function nullWhenUnavailable(error: unknown): null {
  if (error instanceof GateUnavailable) return null
  throw error
}
