/**
 * The side of Elasticsearch for `indexer verify`: what one index (or alias) holds. Tombstones of an index that is
 * being built count as absent.
 */
import type { Client, estypes } from '@elastic/elasticsearch'
import type { Bucket, Content } from '../core/verify.ts'

type Source = Readonly<Record<string, unknown>>
type Hit = { readonly _id?: string | undefined; readonly _source?: Source | undefined }
type Composite = {
  readonly aggregations?: {
    readonly buckets: {
      readonly after_key?: Source
      readonly buckets: readonly {
        readonly key: { readonly from: number }
        readonly doc_count: number
        readonly hash_sum: { readonly value: number }
      }[]
    }
  }
}

/** Buckets of one answer: bounded work for the server, whatever the number of items. */
const BUCKETS_PER_PAGE = 1_000
/** Hits of one answer; whole documents are some kilobytes each. */
const HITS_PER_PAGE = 1_000

export type Documents = {
  /** Make everything that was written searchable. */
  refresh(): Promise<void>
  buckets(width: number): Promise<Bucket[]>
  /** Hashes of documents whose id field is in [from, to), as `{ row_hash }`, by document id. */
  hashes(from: number, to: number): Promise<Map<string, Content>>
  /** Whole documents whose id field is above `after` and not above `last` (null: no end). */
  range(after: string, last: string | null): Promise<Map<string, Content>>
  /** Documents without id field: no range finds them. At most 1,000. */
  withoutId(): Promise<Map<string, Content>>
  byIds(ids: readonly string[]): Promise<Map<string, Content>>
}

/**
 * @param index name or alias
 * @param idField field that holds the document id as a number
 */
export function verifyDocuments(client: Client, index: string, idField: string): Documents {
  const ranged = (bounds: Source, source: boolean | string[]) =>
    searchAll(client, index, idField, bounds, source)
  return {
    async refresh() {
      await client.indices.refresh({ index })
    },
    buckets: (width) => compositeBuckets(client, index, idField, width),
    hashes: (from, to) => ranged({ gte: from, lt: to }, ['row_hash']),
    range: (after, last) => ranged({ gt: after, ...(last === null ? {} : { lte: last }) }, true),
    async withoutId() {
      const query = { bool: { must_not: [{ exists: { field: idField } }, { term: { tombstone: true } }] } }
      const found = await client.search<Source>({ index, size: HITS_PER_PAGE, query })
      return contentsOf(found.hits.hits)
    },
    async byIds(ids) {
      if (ids.length === 0) return new Map()
      const { docs } = await client.mget<Source>({ index, ids: [...ids] })
      const present = docs.flatMap((doc) => ('found' in doc && doc.found && doc._source ? [doc] : []))
      return contentsOf(present.filter((doc) => doc._source?.['tombstone'] !== true))
    },
  }
}

async function searchAll(
  client: Client,
  index: string,
  idField: string,
  bounds: Source,
  source: boolean | string[],
): Promise<Map<string, Content>> {
  const found = new Map<string, Content>()
  const query = {
    bool: { filter: [{ range: { [idField]: bounds } }], must_not: [{ term: { tombstone: true } }] },
  }
  let after: estypes.SortResults | undefined
  for (;;) {
    const page: estypes.SearchResponse<Source> = await client.search<Source>({
      index,
      size: HITS_PER_PAGE,
      query,
      _source: source,
      track_total_hits: false,
      // The hash breaks ties of two documents that claim one id, so that none is passed over at the end of a page.
      sort: [{ [idField]: 'asc' }, { row_hash: 'asc' }],
      ...(after ? { search_after: after } : {}),
    })
    for (const [id, content] of contentsOf(page.hits.hits)) found.set(id, content)
    if (page.hits.hits.length < HITS_PER_PAGE) return found
    after = page.hits.hits.at(-1)?.sort
  }
}

async function compositeBuckets(
  client: Client,
  index: string,
  idField: string,
  width: number,
): Promise<Bucket[]> {
  const all: Bucket[] = []
  let after: Source | undefined
  do {
    const answer = (await client.search({
      index,
      size: 0,
      query: { bool: { must_not: [{ term: { tombstone: true } }] } },
      aggregations: {
        buckets: {
          composite: {
            size: BUCKETS_PER_PAGE,
            sources: [{ from: { histogram: { field: idField, interval: width } } }],
            ...(after ? { after: after as Record<string, number> } : {}),
          },
          aggregations: { hash_sum: { sum: { field: 'row_hash' } } },
        },
      },
    })) as unknown as Composite
    const page = answer.aggregations?.buckets
    for (const bucket of page?.buckets ?? []) {
      const { doc_count: n, hash_sum } = bucket
      all.push({ bucket: Math.round(bucket.key.from / width), n, hash_sum: hash_sum.value })
    }
    after = page?.after_key
  } while (after)
  return all
}

function contentsOf(hits: readonly Hit[]): Map<string, Content> {
  return new Map(hits.map((hit) => [hit._id ?? '', hit._source ?? {}]))
}
