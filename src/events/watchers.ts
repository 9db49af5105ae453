/**
 * One browser that watches the stock of some SKUs: what it was sent, so that it never gets a lower version after a
 * higher one, and how much it has not taken yet.
 */
import { SSE_COMMENT } from './sse.ts'

/** The way to a browser. */
export type Sink = {
  write(text: string): void
  /** Written and not taken by the network yet. */
  readonly unsentBytes: number
  /** Write a last text and end. */
  end(text: string): void
  /** Break the connection off. */
  destroy(): void
}

export class Watcher {
  readonly skus: readonly string[]
  readonly sink: Sink
  /** Whether it has its snapshot; before, nothing is sent. */
  hasSnapshot = false
  readonly #sent = new Map<string, number>()
  #pending = ''
  #writtenMs: number

  constructor(skus: readonly string[], sink: Sink, nowMs: number) {
    this.skus = skus
    this.sink = sink
    this.#writtenMs = nowMs
  }

  /** Add to what is written next. @returns false: this version, or a later one, was sent before */
  add(sku: string, ver: number, frame: string): boolean {
    if (ver <= (this.#sent.get(sku) ?? -1)) return false
    this.#sent.set(sku, ver)
    this.#pending += frame
    return true
  }

  /** Add what has no version. */
  tell(frame: string): void {
    this.#pending += frame
  }

  /** Write what was added. @returns false: it does not take what it is sent, and is to be closed */
  flush(nowMs: number, unsentMax: number): boolean {
    if (this.#pending !== '') {
      this.sink.write(this.#pending)
      this.#pending = ''
      this.#writtenMs = nowMs
    }
    return this.sink.unsentBytes <= unsentMax
  }

  /** Show that the stream lives, when nothing was written for so long. */
  keepAlive(nowMs: number, afterMs: number): void {
    if (nowMs - this.#writtenMs >= afterMs) this.tell(SSE_COMMENT)
  }
}
