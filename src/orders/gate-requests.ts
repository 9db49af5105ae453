/** What each script of the gate is sent: its keys and arguments, in the order of its header. */
import type { GateSlotKeys } from '../redis/keys.ts'
import type { GateCart, SettledLine, StockChange, StockCount } from './admission.ts'
import type { Line } from './types.ts'

export type ScriptRequest = {
  readonly keys: readonly string[]
  readonly args: readonly (string | number)[]
}

/** @param lines those of the cart that are in the slot of `keys` */
export function admitRequest(
  keys: GateSlotKeys,
  epoch: number,
  cart: Omit<GateCart, 'lines'>,
  lines: readonly Line[],
): ScriptRequest {
  const { id, hash, allowPartial, isOffer } = cart
  return {
    keys: [keys.epoch, keys.h(id), keys.tz, ...countAndTentatives(keys, lines)],
    args: [
      epoch,
      id,
      hash,
      flag(allowPartial),
      flag(isOffer),
      ...lines.flatMap(({ sku, qty }) => [sku, qty]),
    ],
  }
}

/** @param keepMs how long a repeated admission is still recognised */
export function settleRequest(
  keys: GateSlotKeys,
  id: string,
  lines: readonly SettledLine[],
  keepMs: number,
): ScriptRequest {
  return {
    keys: [keys.h(id), keys.tz, ...countAndTentatives(keys, lines)],
    args: [id, keepMs, ...lines.map(({ ver }) => ver)],
  }
}

/** @param isDecided by Postgres; else one attempt gives up, and another may be under way */
export function abortRequest(
  keys: GateSlotKeys,
  id: string,
  lines: readonly { readonly sku: string }[],
  isDecided: boolean,
): ScriptRequest {
  return { keys: [keys.h(id), keys.tz, ...countAndTentatives(keys, lines)], args: [id, flag(isDecided)] }
}

export function deltaRequest(keys: GateSlotKeys, epoch: number, change: StockChange): ScriptRequest {
  const { sku, ver, units, queue } = change
  return {
    keys: [keys.epoch, keys.k(sku), keys.ap(sku)],
    args: [epoch, ver, units, queue === null ? '' : flag(queue)],
  }
}

export function loadRequest(keys: GateSlotKeys, epoch: number, count: StockCount): ScriptRequest {
  return { keys: [keys.epoch, keys.k(count.sku)], args: [epoch, ...countArgs(count)] }
}

/** @param holds ids that the snapshot contains */
export function reconcileRequest(
  keys: GateSlotKeys,
  epoch: number,
  count: StockCount,
  { isFix, holds }: { readonly isFix: boolean; readonly holds: readonly string[] },
): ScriptRequest {
  const { sku } = count
  return {
    keys: [keys.epoch, keys.k(sku), keys.t(sku), keys.ap(sku)],
    args: [epoch, ...countArgs(count), flag(isFix), ...holds],
  }
}

function countArgs({ available, ver, queue, limit }: StockCount): (string | number)[] {
  return [available, ver, flag(queue), limit ?? '']
}

function countAndTentatives(keys: GateSlotKeys, lines: readonly { readonly sku: string }[]): string[] {
  return lines.flatMap(({ sku }) => [keys.k(sku), keys.t(sku)])
}

function flag(isSet: boolean): 0 | 1 {
  return isSet ? 1 : 0
}
