/**
 * When events leave memory for the table they came from (indexer design 6). Holding them holds back the WAL, so there
 * is an end to it; nothing is lost: the rows stay in the outbox, and a debt is recorded before one is let go.
 */

export type RelayPressure = {
  /** Since Redis last took an event, ms; 0: it takes them. */
  readonly awayMs: number
  /** Events and bytes that wait. */
  readonly size: number
  readonly bytes: number
  /** Share of the WAL budget that is left, 0..1; null: the slot has no budget. */
  readonly walLeft: number | null
}

export type RelayLimits = {
  /** Redis may be away for this long. */
  readonly patienceMs: number
  readonly maxSize: number
  readonly maxBytes: number
}

/** Below this share of the WAL budget nothing may be held for Redis. */
const WAL_LEFT_LEAST = 0.2

/** Whether what waits is to be sent again from the table later. */
export function mustLetGo(pressure: RelayPressure, limits: RelayLimits): boolean {
  if (pressure.awayMs === 0) return false
  if (pressure.awayMs >= limits.patienceMs) return true
  return isTooMuch(pressure, limits) || (pressure.walLeft !== null && pressure.walLeft < WAL_LEFT_LEAST)
}

/** Whether reading has to pause until some of it is sent. */
export function isTooMuch(
  { size, bytes }: Pick<RelayPressure, 'size' | 'bytes'>,
  { maxSize, maxBytes }: Omit<RelayLimits, 'patienceMs'>,
): boolean {
  return size >= maxSize || bytes >= maxBytes
}
