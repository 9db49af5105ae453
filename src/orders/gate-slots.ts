/** Slots of the gate with their keys: every call that depends on the epoch goes through `inEpoch`. */
import type { GateKeys, GateSlotKeys } from '../redis/keys.ts'
import type { GateEpochs } from './epoch.ts'
import type { GateCalls, GateScript } from './gate-calls.ts'
import type { OtherEpoch } from './gate-replies.ts'
import type { ScriptRequest } from './gate-requests.ts'
import { slotOf } from './slot.ts'

export type GateSlotsParts = {
  readonly calls: GateCalls
  readonly keys: GateKeys
  readonly epochs: Pick<GateEpochs, 'current' | 'refresh'>
  /** 1, or INV_SLOTS in a cluster. */
  readonly count: number
}

/** A slot in the epoch that this process takes for the current one. */
export type SlotNow = { readonly slot: number; readonly epoch: number; readonly keys: GateSlotKeys }

type Other = { readonly word: string }

export class GateSlots {
  readonly count: number
  readonly calls: GateCalls
  readonly #parts: GateSlotsParts

  constructor(parts: GateSlotsParts) {
    this.#parts = parts
    this.count = parts.count
    this.calls = parts.calls
  }

  /** Slot of the gate that a SKU is in. */
  of(sku: string): number {
    return slotOf(sku) % this.count
  }

  /** null: this process does not know the epoch yet. */
  now(slot: number): SlotNow | null {
    const epoch = this.#parts.epochs.current(slot)
    return epoch === null ? null : { slot, epoch, keys: this.#parts.keys.of(slot, epoch) }
  }

  /** Run a script and read its answer. @throws GateUnavailable */
  async run<T>(
    slot: number,
    script: GateScript,
    request: ScriptRequest,
    parse: (reply: readonly unknown[]) => T,
  ): Promise<T> {
    return parse(await this.calls.run(slot, script, request))
  }

  /**
   * Do something in the current epoch. When Redis has another one, or this process does not know it, look it up and
   * try once more.
   * @returns NOEPOCH when that does not help
   */
  async inEpoch<T extends Other>(
    slot: number,
    work: (now: SlotNow) => Promise<T | OtherEpoch>,
  ): Promise<T | OtherEpoch> {
    const before = this.now(slot)
    const first = before === null ? NOT_KNOWN : await work(before)
    if (first.word !== 'NOEPOCH') return first
    await this.#parts.epochs.refresh()
    const after = this.now(slot)
    return after === null || after.epoch === before?.epoch ? first : await work(after)
  }
}

const NOT_KNOWN: OtherEpoch = { word: 'NOEPOCH', current: null }
