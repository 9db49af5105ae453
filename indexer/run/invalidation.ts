/**
 * Tells the cache what changes: for every batch the tags of the documents before and after, appended to the
 * invalidation log once search shows the batch.
 *
 * V1 A state of a document that search ever shows is named when it is replaced: what is under way is remembered
 *    here (the index does not have it yet), everything else is read from the index before the write.
 * V2 After an unclean end the tags of what was under way are lost, so the next leader begins a new epoch, and only
 *    after the time in which a paused predecessor may still write.
 * Acknowledging does not wait for the log: whatever is lost with this process is covered by V2.
 */
import type { DocumentBody } from '../../mappings/define.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { TAG_ALL, type Verb } from '../../src/cache/watermark.ts'
import { messageOf } from '../../src/errors.ts'
import type { Redis } from '../../src/redis/connection.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { readInvalidationEnd, writeInvalidationEnd } from '../adapters/state-pg.ts'
import { sleep, until } from '../adapters/wait.ts'
import type { Mark } from '../core/mark.ts'
import type { Context } from './context.ts'

type Source = Readonly<Record<string, unknown>>

const BEAT_MS = 300
/** More documents than this between two refreshes: naming every word costs more than it saves. */
const NAMED_MAX = 300
const SETTLE_LOOK_MS = 10
/** Longer than a bulk and a refresh take; nothing is under way at a swap, but a bulk whose answer was lost may be. */
const SWAP_ECHO_MS = 3_000
const MGET_TIMEOUT_MS = 5_000

export class Invalidation {
  readonly #context: Context
  readonly #writer: LogWriter
  /** Content last pushed of ids that search does not show yet; null: deleted; `unnamed`: its tags were not made. */
  readonly #underway = new Map<
    string,
    { readonly sent: number; readonly body: DocumentBody | null | 'unnamed' }
  >()
  #named = 0

  /** @param lsn position up to which everything is visible and published */
  constructor(context: Context, redis: Redis, lsn: () => string) {
    this.#context = context
    const onError = (error: unknown) => {
      context.metrics.count('indexer_publish_errors_total')
      context.log.debug({ reason: messageOf(error) }, 'the invalidation log could not be written')
    }
    this.#writer = new LogWriter({
      connection: redis,
      keys: cacheKeys(context.names.redisPrefix),
      freshEpoch: context.makeId,
      lsn,
      onError,
    })
  }

  /**
   * Before these documents are written.
   * @param index that search reads; null: none yet, and whatever comes first has to be shown when there is one
   * @param bodies of rows that exist; absent ids are deleted
   */
  async writing(
    index: string | null,
    ids: readonly string[],
    bodies: ReadonlyMap<string, DocumentBody>,
  ): Promise<Mark> {
    const sent = this.#writer.sending()
    this.#named += ids.length
    const isNamed = index !== null && this.#named <= NAMED_MAX
    const before = isNamed ? await this.#before(index, ids) : null
    const expire = new Set<string>()
    const remove = new Set<string>()
    for (const id of ids) {
      const after = bodies.get(id) ?? null
      if (before) {
        const tags = this.#context.mapping.tags(before.get(id) ?? null, after)
        for (const tag of tags.expire) expire.add(tag)
        for (const tag of tags.remove) remove.add(tag)
      }
      this.#underway.set(id, { sent, body: before ? after : 'unnamed' })
    }
    return { sent, ids, tags: before ? { expire, remove } : 'all' }
  }

  /** Search shows these batches: their tags enter the log's queue in this turn of the event loop. */
  visible(marks: readonly Mark[]): void {
    this.#named = 0
    for (const { sent, ids } of marks) {
      for (const id of ids) if (this.#underway.get(id)?.sent === sent) this.#underway.delete(id)
    }
    const records = marks.some(({ tags }) => tags === 'all') ? [ALL] : recordsOf(marks)
    void this.#writer.publish(
      marks.map(({ sent }) => sent),
      records,
    )
  }

  /** Search reads another index. */
  swapped(signal: AbortSignal): void {
    void this.#writer.publish([], [ALL])
    sleep(SWAP_ECHO_MS, signal).then(
      () => this.#writer.publish([], [ALL]),
      () => undefined, // the session ended: the next one begins a new epoch
    )
  }

  /** Append and beat until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { pool, log } = this.#context
    const last = await readInvalidationEnd(pool)
    await writeInvalidationEnd(pool, 'running')
    if (last === 'running') {
      log.info('the cache is told to forget: the last leader did not end cleanly')
      await sleep(this.#context.takeoverMs, signal)
    }
    if (last !== 'clean') await this.#untilDone(() => this.#writer.newEpoch(), signal)
    await Promise.race([this.#writer.run(signal), this.#beat(signal)])
  }

  /** After the last batch: wait until the log has everything, then say so to the next leader. */
  async finish(deadlineMs: number, signal: AbortSignal): Promise<void> {
    const { now, pool } = this.#context
    await until(() => this.#writer.isSettled || now() > deadlineMs, SETTLE_LOOK_MS, signal)
    if (this.#writer.isSettled) await writeInvalidationEnd(pool, 'clean')
  }

  /** What search shows, or will show before this write, of each id. null: it cannot be known. */
  async #before(index: string, ids: readonly string[]): Promise<ReadonlyMap<string, Source | null> | null> {
    const before = new Map<string, Source | null>()
    const asked: string[] = []
    for (const id of ids) {
      const known = this.#underway.get(id)
      if (known?.body === 'unnamed') return null
      if (known) before.set(id, known.body)
      else asked.push(id)
    }
    if (asked.length === 0) return before
    try {
      const { docs } = await this.#context.client.mget<Source>(
        { index, ids: asked, _source_includes: [...this.#context.mapping.tagFields] },
        { requestTimeout: MGET_TIMEOUT_MS },
      )
      for (const doc of docs) {
        before.set(doc._id, 'found' in doc && doc.found ? (doc._source ?? null) : null)
      }
      return before
    } catch (thrown) {
      this.#context.log.debug({ index, reason: messageOf(thrown) }, 'old documents could not be read')
      return null
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#writer.beat().catch(() => undefined) // no heartbeat while Redis is away: nodes notice by themselves
      this.#context.metrics.set('indexer_publish_queue', this.#writer.queued)
      await sleep(BEAT_MS, signal)
    }
  }

  async #untilDone(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (;;) {
      const isDone = await work().then(
        () => true,
        () => false,
      )
      if (isDone) return
      await sleep(BEAT_MS, signal)
    }
  }
}

/** A removal: some price may be among what is not named. */
const ALL = { verb: 'remove' as Verb, tags: [TAG_ALL] }

function recordsOf(marks: readonly Mark[]) {
  const tagsOf = (verb: 'expire' | 'remove') => [
    ...new Set(marks.flatMap(({ tags }) => (tags === 'all' ? [] : [...tags[verb]]))),
  ]
  return [
    { verb: 'expire' as Verb, tags: tagsOf('expire') },
    { verb: 'remove' as Verb, tags: tagsOf('remove') },
  ]
}
