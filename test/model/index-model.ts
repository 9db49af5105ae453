/**
 * As much of an Elasticsearch index as external versions need: the highest version stays, equal ones replace, and
 * deletes are remembered only for a time (fact E17).
 */
import type { Operation } from '../../indexer/core/operation.ts'

export type StoredDocument = Readonly<Record<string, unknown>>
/** `source` null: a delete that is remembered. */
type Entry = { readonly version: bigint; readonly source: StoredDocument | null }

export class IndexModel {
  readonly #entries = new Map<string, Entry>()

  /** One line pair of a bulk. A conflict changes nothing, and the indexer counts it as done. */
  apply(operation: Operation): void {
    const before = this.#entries.get(operation.id)
    if (before && before.version > operation.version) return
    const source =
      operation.kind === 'delete'
        ? null
        : (JSON.parse(operation.lines.split('\n')[1] ?? '') as StoredDocument)
    this.#entries.set(operation.id, { version: operation.version, source })
  }

  /** `index.gc_deletes` has passed. */
  forgetDeletes(): void {
    for (const [id, { source }] of this.#entries) if (source === null) this.#entries.delete(id)
  }

  /** Every document, tombstones too, with its version. */
  scan(): { readonly id: string; readonly version: bigint; readonly source: StoredDocument }[] {
    return [...this.#entries].flatMap(([id, { version, source }]) =>
      source ? [{ id, version, source }] : [],
    )
  }
}
