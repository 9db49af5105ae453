/** One consumer of a group on one stream: the commands of Redis with the shapes of their answers. */
import type { Redis } from '../redis/connection.ts'
import { type BoundScript, bindScript, readScript } from '../redis/scripts.ts'
import type { StreamEntry } from './entry.ts'

/** An entry that was delivered and not answered for. */
export type PendingEntry = {
  readonly id: string
  readonly consumer: string
  /** Since its last delivery, ms. */
  readonly idleMs: number
  readonly deliveries: number
}

export type GroupFacts = {
  readonly pending: number
  /** Entries not yet delivered; null: Redis cannot tell. */
  readonly lag: number | null
}

const PENDING_PAGE = 100

export type GroupParts = {
  /** Of its own: it blocks. Its command timeout is longer than a read waits. */
  readonly connection: Redis
  readonly stream: string
  readonly group: string
  /** Unique among all that run; a name that comes again finds what it left behind. */
  readonly consumer: string
}

export class Group {
  readonly #parts: GroupParts
  readonly #forget: BoundScript

  constructor(parts: GroupParts) {
    this.#parts = parts
    this.#forget = bindScript(parts.connection, readScript('forget-consumers'))
  }

  /** Make the group where there is none, at the first entry that the stream still has. */
  async ensure(): Promise<void> {
    const { connection, stream, group } = this.#parts
    await connection.xgroup('CREATE', stream, group, '0', 'MKSTREAM').catch((thrown: unknown) => {
      if (!(thrown instanceof Error && thrown.message.startsWith(GROUP_EXISTS))) throw thrown
    })
  }

  /** Entries that nobody of the group has; waits for the first. */
  async read(count: number, waitMs: number): Promise<readonly StreamEntry[]> {
    const { connection, stream, group, consumer } = this.#parts
    const found = (await connection.xreadgroup(
      'GROUP',
      group,
      consumer,
      'COUNT',
      count,
      'BLOCK',
      waitMs,
      'STREAMS',
      stream,
      '>',
    )) as [string, StreamEntry[]][] | null
    return found?.[0]?.[1] ?? []
  }

  /** Everything delivered at least this long ago and not answered for, oldest entry first. */
  async *pending(idleMs: number): AsyncGenerator<PendingEntry> {
    const { connection, stream, group } = this.#parts
    for (let from = '-'; ; ) {
      const page = (await connection.xpending(stream, group, 'IDLE', idleMs, from, '+', PENDING_PAGE)) as [
        string,
        string,
        number,
        number,
      ][]
      for (const [id, consumer, idle, deliveries] of page) yield { id, consumer, idleMs: idle, deliveries }
      const last = page.at(-1)?.[0]
      if (last === undefined || page.length < PENDING_PAGE) return
      from = `(${last}`
    }
  }

  /**
   * Take an entry over, which counts as a delivery.
   * @returns null: somebody else was faster, or the stream does not have it any more
   */
  async claim(id: string, idleMs: number): Promise<StreamEntry | null> {
    const { connection, stream, group, consumer } = this.#parts
    const [entry] = (await connection.xclaim(stream, group, consumer, idleMs, id)) as (StreamEntry | null)[]
    return entry ?? null
  }

  /** It is answered for. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#parts.connection.xack(this.#parts.stream, this.#parts.group, ...ids)
  }

  async facts(): Promise<GroupFacts> {
    const { connection, stream, group } = this.#parts
    const groups = (await connection.xinfo('GROUPS', stream)) as (string | number | null)[][]
    const found = groups.map(valuesOf).find((values) => values.get('name') === group)
    const lag = found?.get('lag')
    return { pending: Number(found?.get('pending') ?? 0), lag: typeof lag === 'number' ? lag : null }
  }

  /** Remove this consumer, unless it owes an answer: another one takes that over later. */
  async leave(): Promise<void> {
    const { stream, group, consumer } = this.#parts
    await this.#forget([stream], [group, consumer, 0])
  }

  /** Remove consumers of processes that ended without saying so. */
  async forgetIdle(idleMs: number): Promise<void> {
    const { stream, group } = this.#parts
    await this.#forget([stream], [group, '', idleMs])
  }
}

function valuesOf(list: readonly (string | number | null)[]): ReadonlyMap<string, string | number | null> {
  const values = new Map<string, string | number | null>()
  for (let i = 0; i + 1 < list.length; i += 2) values.set(String(list[i]), list[i + 1] ?? null)
  return values
}

/** The stream or its group is gone: flushed, deleted, or never made. */
export function isGroupMissing(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith(NO_GROUP)
}

const GROUP_EXISTS = 'BUSYGROUP'
const NO_GROUP = 'NOGROUP'
