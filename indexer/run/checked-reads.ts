/**
 * Reads that contain every commit the stream has delivered so far (I1). The stream is ahead of what other sessions
 * see, by a millisecond or, with a slow standby, by much more (facts E6, E12): a read that came too early is
 * repeated.
 */
import type { DocumentBody } from '../../mappings/define.ts'
import { readSnapshot, rereadRows } from '../adapters/rows.ts'
import { sleep } from '../adapters/wait.ts'
import { backoffMs, NOT_VISIBLE } from '../core/backoff.ts'
import { createUnseen, type Unseen } from '../core/unseen.ts'
import type { Context } from './context.ts'

export class CheckedReads {
  readonly #context: Context
  readonly #unseen: Unseen = createUnseen()

  constructor(context: Context) {
    this.#context = context
  }

  /** The stream delivers this transaction. @param xid low 32 bits, top level */
  expect(xid: number): void {
    this.#unseen.add(xid)
  }

  /** Transactions not yet known to be visible. */
  get unseen(): number {
    return this.#unseen.size
  }

  /** Document by id; what is required is fixed at the call. */
  async read(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, DocumentBody>> {
    const { pool, mapping, metrics, random } = this.#context
    const required = this.#unseen.required()
    for (let attempt = 1; ; attempt++) {
      const { snapshot, bodies } = await rereadRows(pool, mapping, ids)
      if (this.#unseen.accept(required, snapshot)) return bodies
      metrics.count('indexer_visibility_retries_total')
      await sleep(backoffMs(NOT_VISIBLE, attempt, random()), signal)
    }
  }

  /** Resolves when every transaction expected at the call is visible to reads. */
  async visible(signal: AbortSignal): Promise<void> {
    const { pool, random } = this.#context
    const required = this.#unseen.required()
    for (let attempt = 1; !this.#unseen.accept(required, await readSnapshot(pool)); attempt++) {
      await sleep(backoffMs(NOT_VISIBLE, attempt, random()), signal)
    }
  }
}
