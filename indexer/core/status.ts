/**
 * What `indexer status` concludes from what it reads. Pure: two looks at the slots give the growth, and with it
 * the time until the server gives up a slot.
 */

export type SlotStatus = {
  readonly name: string
  /** The indexer's own; the others are shown because any slot can fill the disk. */
  readonly own: boolean
  readonly database: string | null
  readonly active: boolean
  /** reserved, extended, unreserved, lost */
  readonly wal_status: string | null
  readonly confirmed: string | null
  /** WAL that the reader has not acknowledged. */
  readonly lag_bytes: number | null
  /** WAL that the server keeps for it. */
  readonly retained_bytes: number | null
  /** WAL that may still be written before it is lost; null: no bound. */
  readonly safe_bytes: number | null
  /** Since its reader left; null while active, or before Postgres 17. */
  readonly inactive_seconds: number | null
  readonly invalidation_reason: string | null
}

/** How late the indexer is. */
export type Lag = {
  /** Seconds from a commit of now to its durability in the index. */
  readonly seconds: number | null
  /** The commit had not arrived when the look ended: the lag is at least that. */
  readonly is_at_least: boolean
}

/**
 * Seconds until the slot is lost if the WAL goes on growing as between two looks.
 * @returns null where there is no bound, or nothing grows
 */
export function secondsToLoss(before: SlotStatus, after: SlotStatus, elapsedSeconds: number): number | null {
  if (before.safe_bytes === null || after.safe_bytes === null || elapsedSeconds <= 0) return null
  const rate = (before.safe_bytes - after.safe_bytes) / elapsedSeconds
  return rate > 0 ? Math.max(0, Math.round(after.safe_bytes / rate)) : null
}

/**
 * Whether the lag is more than somebody allows. A lag that nobody can tell is too much.
 * @param maxSeconds null: anything is allowed
 */
export function isTooLate(lag: Lag, maxSeconds: number | null): boolean {
  if (maxSeconds === null) return false
  if (lag.seconds === null) return true
  return lag.is_at_least ? lag.seconds >= maxSeconds : lag.seconds > maxSeconds
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people: `1.5 MB`. @param bytes null: unknown */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return 'unknown'
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3))
  const value = bytes / 1_000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`
}

/** Seconds for people: `4 s`, `12 min`, `3.5 h`. */
export function secondsText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds * 10) / 10} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3_600).toFixed(1)} h`
}
