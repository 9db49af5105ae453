/** Answers of the gate's scripts as named outcomes: the one place that knows their positions. */

export type ShortSku = { readonly sku: string; readonly available: number; readonly ver: number }

/** Of another epoch than the caller's. `current` null: the key is absent. */
export type OtherEpoch = { readonly word: 'NOEPOCH'; readonly current: number | null }

/** `granted`: units per line of the request. `could`: units that could be had of all lines. */
export type AdmitReply =
  | { readonly word: 'OK' | 'KNOWN'; readonly granted: readonly number[] }
  | { readonly word: 'MISMATCH' }
  | { readonly word: 'MISS'; readonly sku: string }
  | { readonly word: 'QUEUE'; readonly sku: string; readonly available: number }
  | { readonly word: 'LIMIT'; readonly sku: string; readonly available: number; readonly limit: number }
  | { readonly word: 'SHORT'; readonly could: number; readonly short: readonly ShortSku[] }
  | OtherEpoch

export type DeltaReply = { readonly word: 'OK' | 'LATE' | 'MISS' } | OtherEpoch
export type LoadReply = { readonly word: 'OK' | 'PRESENT' } | OtherEpoch

/**
 * `before` and `expected`: units. `rv` and `pv`: version of the last snapshot and highest version seen, before this
 * one. `seen`: units of admissions that the snapshot contains. `applied`: versions above `rv` that came as deltas;
 * empty when the snapshot is of version `rv`.
 */
export type CompareReply =
  | {
      readonly word: 'OK'
      readonly before: number
      readonly expected: number
      readonly rv: number
      readonly pv: number
      readonly seen: number
      readonly applied: readonly number[]
    }
  | { readonly word: 'STALE'; readonly pv: number }
  | { readonly word: 'MISS' }
  | OtherEpoch

export type EpochReply = {
  readonly current: number | null
  readonly runId: string
  readonly replicationId: string
}

type Reply = readonly unknown[]

/** @throws Error for a word that the header of the script does not have; so do the others */
export function parseAdmit(reply: Reply): AdmitReply {
  const [word, ...rest] = reply
  switch (word) {
    case 'OK':
    case 'KNOWN':
      return { word, granted: rest.map(Number) }
    case 'MISMATCH':
      return { word }
    case 'MISS':
      return { word, sku: String(rest[0]) }
    case 'QUEUE':
      return { word, sku: String(rest[0]), available: Number(rest[1]) }
    case 'LIMIT':
      return { word, sku: String(rest[0]), available: Number(rest[1]), limit: Number(rest[2]) }
    case 'SHORT':
      return { word, could: Number(rest[0]), short: shortSkus(rest.slice(1)) }
    case 'NOEPOCH':
      return otherEpoch(rest)
    default:
      throw unexpected('admit', word)
  }
}

/** @returns lines that were still tentative */
export function parseEnded(reply: Reply): number {
  if (reply[0] !== 'OK') throw unexpected('settle, abort', reply[0])
  return Number(reply[1])
}

export function parseDelta(reply: Reply): DeltaReply {
  const [word, ...rest] = reply
  if (word === 'OK' || word === 'LATE' || word === 'MISS') return { word }
  if (word === 'NOEPOCH') return otherEpoch(rest)
  throw unexpected('delta', word)
}

export function parseLoad(reply: Reply): LoadReply {
  const [word, ...rest] = reply
  if (word === 'OK' || word === 'PRESENT') return { word }
  if (word === 'NOEPOCH') return otherEpoch(rest)
  throw unexpected('load', word)
}

export function parseCompare(reply: Reply): CompareReply {
  const [word, ...rest] = reply
  switch (word) {
    case 'OK': {
      const [before = 0, expected = 0, rv = 0, pv = 0, seen = 0, ...applied] = rest.map(Number)
      return { word, before, expected, rv, pv, seen, applied }
    }
    case 'STALE':
      return { word, pv: Number(rest[0]) }
    case 'MISS':
      return { word }
    case 'NOEPOCH':
      return otherEpoch(rest)
    default:
      throw unexpected('reconcile', word)
  }
}

export function parseEpoch(reply: Reply): EpochReply {
  const [word, current, runId, replicationId] = reply
  if (word !== 'OK') throw unexpected('epoch', word)
  return { current: numberOrNull(current), runId: String(runId), replicationId: String(replicationId) }
}

/** @returns ids, oldest first, and the age of the oldest admission of the slot, ms */
export function parseOverdue(reply: Reply): { readonly oldestMs: number; readonly ids: readonly string[] } {
  const [word, oldest, ...ids] = reply
  if (word !== 'OK') throw unexpected('overdue', word)
  return { oldestMs: Number(oldest), ids: ids.map(String) }
}

function otherEpoch(rest: Reply): OtherEpoch {
  return { word: 'NOEPOCH', current: numberOrNull(rest[0]) }
}

function numberOrNull(text: unknown): number | null {
  return text === '' ? null : Number(text)
}

function shortSkus(rest: Reply): ShortSku[] {
  return Array.from({ length: Math.floor(rest.length / 3) }, (_, i) => ({
    sku: String(rest[3 * i]),
    available: Number(rest[3 * i + 1]),
    ver: Number(rest[3 * i + 2]),
  }))
}

function unexpected(script: string, word: unknown): Error {
  return new Error(`${script}: a word of its header expected, got ${String(word)}`)
}
