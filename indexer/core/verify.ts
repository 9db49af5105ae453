/**
 * What `indexer verify` compares: rows of Postgres with documents of one index. Pure; the adapters read, this
 * decides. It promises that a difference is named only when the row stood still while the stream passed it, so
 * that a write under way is never reported (design, 3.12).
 */

/** Ids of one bucket: how many, and the sum of their 32-bit hashes (exact: 10,000 * 2^32 < 2^53). */
export type Bucket = { readonly bucket: number; readonly n: number; readonly hash_sum: number }

/** `missing`: row without document; `extra`: document without row; `stale`: both, with different content. */
export type DifferenceKind = 'missing' | 'extra' | 'stale'

export type Difference = {
  readonly id: string
  readonly kind: DifferenceKind
  /** Fields that differ, sorted; only for `stale`, and only where whole documents were compared. */
  readonly fields?: readonly string[]
}

/** What one side has for an id: the content to compare, or null where that side has nothing. */
export type Content = Readonly<Record<string, unknown>> | null

/** What is known of an id after one more look at both sides. */
export type Verdict =
  | { readonly is: 'equal' }
  | { readonly is: 'different'; readonly difference: Difference }
  /** Not proven: look again. */
  | { readonly is: 'moving' }

/** Fields of a document that are the indexer's own and have no counterpart in the row. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['lsn', 'tombstone'])

/** Numbers of the buckets whose count or sum differs, ascending; a bucket of one side only differs. */
export function differingBuckets(rows: readonly Bucket[], documents: readonly Bucket[]): number[] {
  const sides = new Map<number, { rows?: Bucket; documents?: Bucket }>()
  for (const row of rows) sides.set(row.bucket, { rows: row })
  for (const found of documents) sides.set(found.bucket, { ...sides.get(found.bucket), documents: found })
  return [...sides]
    .filter(
      ([, side]) => side.rows?.n !== side.documents?.n || side.rows?.hash_sum !== side.documents?.hash_sum,
    )
    .map(([bucket]) => bucket)
    .sort((a, b) => a - b)
}

/** Ids whose content differs between the sides, or that only one side has; each once. */
export function differingIds(
  rows: ReadonlyMap<string, Content>,
  documents: ReadonlyMap<string, Content>,
): string[] {
  const ids = new Set([...rows.keys(), ...documents.keys()])
  return [...ids].filter((id) => differenceOf(id, rows.get(id) ?? null, documents.get(id) ?? null) !== null)
}

/** How the two sides of one id differ; null when they do not. */
export function differenceOf(id: string, row: Content, document: Content): Difference | null {
  if (row === null && document === null) return null
  if (document === null) return { id, kind: 'missing' }
  if (row === null) return { id, kind: 'extra' }
  const fields = differingFields(row, document)
  return fields.length === 0 ? null : { id, kind: 'stale', fields }
}

/**
 * Names of the fields in which a document differs from what its row gives, sorted. A field that is absent on one
 * side differs from null on the other: `_source` is kept as it was sent.
 */
export function differingFields(
  expected: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...names].filter((name) => !OWN_FIELDS.has(name) && !isSame(expected[name], found[name])).sort()
}

/**
 * Judge one id by three looks in this order: the row; then, after the stream passed that moment, the document; then
 * the row again. Only a row that stood still convicts its document, and only a document that stood still is convicted:
 * an item that is hidden, shown and hidden again looks the same at both ends, and its document may be from between.
 * @param lastDocument what the round before found; undefined in the first round
 */
export function judge(
  id: string,
  row: { readonly before: Content; readonly after: Content },
  document: Content,
  lastDocument: Content | undefined,
): Verdict {
  const difference = differenceOf(id, row.after, document)
  if (difference === null) return { is: 'equal' }
  const hasRowMoved = differenceOf(id, row.before, row.after) !== null
  if (hasRowMoved || lastDocument === undefined || !isSame(document, lastDocument)) return { is: 'moving' }
  return { is: 'different', difference }
}

/** Equality of JSON values: order of keys does not count, what JSON drops (undefined) is absent. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((part, i) => isSame(part, b[i]))
    )
  }
  const left = a as Readonly<Record<string, unknown>>
  const right = b as Readonly<Record<string, unknown>>
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...names].every((name) => isSame(left[name], right[name]))
}
