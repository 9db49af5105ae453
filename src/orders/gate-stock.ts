/** The side of the gate that follows Postgres: first readings, changes, comparison, and admissions left behind. */
import type { OverdueAdmission, StockChange, StockCount, StockSnapshot } from './admission.ts'
import {
  type CompareReply,
  type DeltaReply,
  type LoadReply,
  parseCompare,
  parseDelta,
  parseLoad,
  parseOverdue,
} from './gate-replies.ts'
import { deltaRequest, loadRequest, reconcileRequest } from './gate-requests.ts'
import type { GateSlots, SlotNow } from './gate-slots.ts'
import type { Line } from './types.ts'

/** More ids than this are first cut down to those that are tentative: a script that reads 100,000 stalls Redis. */
const HOLDS_MAX = 100
const UNITS_FIELD = 'u:'

export type OverdueAdmissions = {
  /** Age of the oldest admission of the slot, ms; 0 without any. */
  readonly oldestMs: number
  readonly admissions: readonly OverdueAdmission[]
}

/** Reply of reconcile; what it found belongs to one epoch. */
export type Comparison =
  | (Extract<CompareReply, { readonly word: 'OK' }> & { readonly epoch: number })
  | Exclude<CompareReply, { readonly word: 'OK' }>

export class GateStock {
  readonly #slots: GateSlots

  constructor(slots: GateSlots) {
    this.#slots = slots
  }

  /** One committed change that did not come through an admission. @throws GateUnavailable, as do the others */
  async delta(change: StockChange): Promise<DeltaReply['word']> {
    const reply = await this.#slots.inEpoch<DeltaReply>(this.#slots.of(change.sku), ({ slot, keys, epoch }) =>
      this.#slots.run(slot, 'delta', deltaRequest(keys, epoch, change), parseDelta),
    )
    return reply.word
  }

  /** First reading of a SKU in an epoch; what is there stays. */
  async load(count: StockCount): Promise<LoadReply['word']> {
    const reply = await this.#slots.inEpoch<LoadReply>(this.#slots.of(count.sku), ({ slot, keys, epoch }) =>
      this.#slots.run(slot, 'load', loadRequest(keys, epoch, count), parseLoad),
    )
    return reply.word
  }

  /** Compare one SKU with a snapshot, and set it with `isFix`. */
  compare(snapshot: StockSnapshot, isFix: boolean): Promise<Comparison> {
    return this.#slots.inEpoch<Comparison>(this.#slots.of(snapshot.sku), async (now) => {
      const holds = await this.#tentative(now, snapshot)
      const request = reconcileRequest(now.keys, now.epoch, snapshot, { isFix, holds })
      const reply = await this.#slots.run(now.slot, 'reconcile', request, parseCompare)
      return reply.word === 'OK' ? { ...reply, epoch: now.epoch } : reply
    })
  }

  /** Admissions of a slot that nobody has ended for `ageMs`, oldest first, at most `limit`. */
  async overdue(slot: number, ageMs: number, limit: number): Promise<OverdueAdmissions> {
    const now = this.#slots.now(slot)
    if (now === null) return { oldestMs: 0, admissions: [] }
    const { keys } = now
    const request = { keys: [keys.tz], args: [ageMs, limit] }
    const { oldestMs, ids } = await this.#slots.run(slot, 'overdue', request, parseOverdue)
    const admissions = ids.map(async (id) => {
      const known = await this.#slots.calls.read(slot, 'overdue', (redis) => redis.hgetall(keys.h(id)))
      return { id, lines: linesIn(known) }
    })
    return { oldestMs, admissions: await Promise.all(admissions) }
  }

  /** Ids of the snapshot that the script has to know. One that is not tentative now cannot have been left out by it. */
  async #tentative({ slot, keys }: SlotNow, { sku, holds }: StockSnapshot): Promise<readonly string[]> {
    if (holds.length <= HOLDS_MAX) return holds
    const now = new Set(await this.#slots.calls.read(slot, 'reconcile', (redis) => redis.hkeys(keys.t(sku))))
    return holds.filter((id) => now.has(id))
  }
}

function linesIn(known: Readonly<Record<string, string>>): Line[] {
  return Object.entries(known)
    .filter(([field]) => field.startsWith(UNITS_FIELD))
    .map(([field, units]) => ({ sku: field.slice(UNITS_FIELD.length), qty: Number(units) }))
}
