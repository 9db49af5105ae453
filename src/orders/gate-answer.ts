/** From the replies of the slots a cart was admitted in to one answer about the cart. */
import type { Admission, GateCart, SoldOut, UnknownReason } from './admission.ts'
import type { AdmitReply } from './gate-replies.ts'
import type { Line, Refusal, RefusalReason, ShortLine } from './types.ts'

/** Reply about the lines of one slot. UNKNOWN_SKU: Postgres does not have it. */
export type SlotReply =
  | Exclude<AdmitReply, { readonly word: 'NOEPOCH' | 'MISS' }>
  | { readonly word: 'UNKNOWN'; readonly reason: UnknownReason }
  | { readonly word: 'UNKNOWN_SKU'; readonly sku: string }

export type AskedSlot = { readonly slot: number; readonly lines: readonly Line[]; readonly reply: SlotReply }

/** Whether the next slot is asked. A cart that takes what it can get goes past a slot that has nothing for it. */
export function goesOn({ word }: SlotReply, { allowPartial }: Pick<GateCart, 'allowPartial'>): boolean {
  return word === 'OK' || word === 'KNOWN' || (word === 'SHORT' && allowPartial)
}

/** @param asked slots in the order they were asked; the last may be one that ended it */
export function answerOf(cart: GateCart, asked: readonly AskedSlot[]): Admission {
  const last = asked.at(-1)
  if (!last) throw new RangeError('a cart has at least one line')
  const { reply } = last
  if (reply.word === 'UNKNOWN') return { outcome: 'UNKNOWN', reason: reply.reason }
  if (reply.word === 'MISMATCH') return { outcome: 'MISMATCH' }
  const isKnown = asked.some((slot) => slot.reply.word === 'KNOWN')
  const granted = asked.flatMap(grantedOf)
  if (goesOn(reply, cart) && granted.length > 0) return { outcome: isKnown ? 'KNOWN' : 'OK', granted }
  // A part that was admitted before may be held by now: a refusal of the rest is not for the gate to tell.
  if (isKnown) return { outcome: 'UNKNOWN', reason: 'partly_known' }
  return refused(cart, asked)
}

/** Slots in which this call has taken units, to be given back when the cart is refused. */
export function takenBy(asked: readonly AskedSlot[]): readonly AskedSlot[] {
  return asked.filter(({ reply }) => reply.word === 'OK')
}

function grantedOf({ lines, reply }: AskedSlot): Line[] {
  if (reply.word !== 'OK' && reply.word !== 'KNOWN') return []
  return lines.map(({ sku }, i) => ({ sku, qty: reply.granted[i] ?? 0 })).filter((line) => line.qty > 0)
}

function refused(cart: GateCart, asked: readonly AskedSlot[]): Admission {
  const shorts = asked.flatMap(({ reply }) => (reply.word === 'SHORT' ? reply.short : []))
  const soldOut: SoldOut[] = shorts.filter((short) => short.available === 0)
  return { outcome: 'REFUSED', refusal: refusalOf(cart, asked), soldOut }
}

function refusalOf(cart: GateCart, asked: readonly AskedSlot[]): Refusal {
  const requested = new Map(cart.lines.map(({ sku, qty }) => [sku, qty]))
  const line = (sku: string, available: number): ShortLine => ({
    sku,
    requested: requested.get(sku) ?? 0,
    available,
  })
  const reply = asked.at(-1)?.reply
  switch (reply?.word) {
    case 'QUEUE':
      return { reason: 'QUEUE', lines: [line(reply.sku, reply.available)] }
    case 'LIMIT':
      return { reason: 'LIMIT', lines: [line(reply.sku, reply.available)], limit: reply.limit, used: 0 }
    case 'UNKNOWN_SKU':
      return { reason: 'UNKNOWN_SKU', lines: [line(reply.sku, 0)] }
    default: {
      const shorts = asked.flatMap((slot) => (slot.reply.word === 'SHORT' ? slot.reply.short : []))
      return { reason: shortage(cart, asked), lines: shorts.map((short) => line(short.sku, short.available)) }
    }
  }
}

/** SOLD_OUT only when no unit of any line could be had; slots that were not asked may have some. */
function shortage(cart: GateCart, asked: readonly AskedSlot[]): RefusalReason {
  const isAllAsked = asked.reduce((sum, { lines }) => sum + lines.length, 0) === cart.lines.length
  const hasNone = asked.every(({ reply }) => reply.word === 'SHORT' && reply.could === 0)
  return isAllAsked && hasNone ? 'SOLD_OUT' : 'PARTIAL'
}
