/** The invalidation log of a simulation: one Redis that loses nothing but by a flush, and the publisher's rules. */
import type { LogRecord } from './watermark.ts'

type Written = { readonly record: LogRecord; readonly beat: number | null }

/** One life of the indexer; what a killed one had not published is lost. */
export class SimulatedPublisher {
  sent = 0
  written = 0
  readonly underway = new Set<number>()
  waiting: { readonly epoch: string; readonly tick: number; readonly sent: number }[] = []

  /** Writes are about to be sent. @returns their number */
  sending(): number {
    this.sent += 1
    this.underway.add(this.sent)
    return this.sent
  }
}

export class SimulatedLog {
  #epochs = 0
  #tick = 0
  epoch = 'e0'
  records: Written[] = []
  /** null while none lives. */
  publisher: SimulatedPublisher | null = new SimulatedPublisher()

  get seq(): number {
    return this.records.length
  }

  /** A node raises the shared tick. @returns it */
  ask(): number {
    this.#tick += 1
    return this.#tick
  }

  /** These writes are visible and their tags known. Nothing of a publisher that was killed arrives. */
  publish(from: SimulatedPublisher, sent: number, tag: string): void {
    if (from !== this.publisher) return
    this.#append(from, [tag], null)
    from.underway.delete(sent)
    this.#releaseBeats(from)
  }

  /** A heartbeat is queued when all writes that were under way at its tick have been published. */
  beat(): void {
    const { publisher } = this
    if (publisher === null) return
    publisher.waiting.push({ epoch: this.epoch, tick: this.#tick, sent: publisher.sent })
    this.#releaseBeats(publisher)
  }

  /** Redis is emptied: its readers find another epoch, the publisher begins one with its next record. */
  flush(): void {
    this.records = []
    this.#tick = 0
    this.#beginEpoch()
  }

  /** SIGKILL: what it had not published is lost. */
  killPublisher(): void {
    this.publisher = null
  }

  /** It does not know what its predecessor lost, and begins a new epoch. */
  startPublisher(): void {
    this.publisher = new SimulatedPublisher()
    this.publisher.written = this.seq
    this.#beginEpoch()
  }

  #releaseBeats(publisher: SimulatedPublisher): void {
    const oldest = publisher.underway.values().next().value ?? Number.POSITIVE_INFINITY
    const newest = publisher.waiting.filter(({ sent }) => sent < oldest).at(-1)
    publisher.waiting = publisher.waiting.filter(({ sent }) => sent >= oldest)
    if (newest) this.#append(publisher, [], newest.epoch === this.epoch ? newest.tick : null)
  }

  #append(publisher: SimulatedPublisher, tags: readonly string[], beat: number | null): void {
    if (this.seq < publisher.written) {
      this.records = []
      this.#beginEpoch()
    }
    this.records.push({ record: { id: this.seq + 1, verb: 'expire', tags }, beat })
    publisher.written = this.seq
  }

  #beginEpoch(): void {
    this.#epochs += 1
    this.epoch = `e${this.#epochs}`
  }
}
