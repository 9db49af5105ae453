/**
 * How far this process has followed the change stream: at which commit position of Postgres everything before is in
 * the index and its tags are consumed. Records of the log carry the position; a reset of the log forgets it, because
 * positions of another server may be lower, and the next heartbeat brings it again.
 */

const PATTERN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/

/** `16/B374D848` as a number; null for any other text. */
export function parseLsn(text: string): bigint | null {
  const match = PATTERN.exec(text)
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : null
}

type Waiter = { readonly lsn: bigint; readonly reached: () => void }

export class SyncPoint {
  #lsn = -1n
  readonly #waiters = new Set<Waiter>()

  /** A record with this position was consumed. */
  reached(text: string): void {
    const lsn = parseLsn(text)
    if (lsn === null || lsn <= this.#lsn) return
    this.#lsn = lsn
    for (const waiter of this.#waiters) if (waiter.lsn <= lsn) waiter.reached()
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#lsn = -1n
  }

  /** @returns whether the position was reached within `ms` */
  async wait(lsn: bigint, ms: number): Promise<boolean> {
    if (lsn <= this.#lsn) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiter = { lsn, reached: () => resolve(true) }
    this.#waiters.add(waiter)
    const late = setTimeout(() => resolve(false), ms)
    try {
      return await promise
    } finally {
      clearTimeout(late)
      this.#waiters.delete(waiter)
    }
  }
}
