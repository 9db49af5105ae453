/**
 * Admission to the first tier on the second sighting: prefixes typed once would act as a scan and push out what
 * is asked for every second. Two sets of key hashes that take turns; a key seen in either is let in.
 * Source: doorkeeper of TinyLFU, Einziger, Friedman, Manes 2017, doi:10.1145/3149371, with plain sets.
 */

const TURN_MS = 10_000
const HASHES_MAX = 50_000

export class Doorkeeper {
  #young = new Set<number>()
  #old = new Set<number>()
  #turnedAt: number

  constructor(now: number) {
    this.#turnedAt = now
  }

  /** Note a sighting. @returns whether the key had been seen before, within 10 to 20 s */
  sighted(key: string, now: number): boolean {
    if (now - this.#turnedAt >= TURN_MS || this.#young.size >= HASHES_MAX) {
      this.#old = now - this.#turnedAt >= 2 * TURN_MS ? new Set() : this.#young
      this.#young = new Set()
      this.#turnedAt = now
    }
    const hash = fnv1a(key)
    if (this.#young.has(hash)) return true
    this.#young.add(hash)
    return this.#old.has(hash)
  }
}

/** FNV-1a, 32 bits: a collision lets one key in early, which is harmless. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
