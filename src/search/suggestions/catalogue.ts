/** What the rebuild reads from the items index: names, brands, counts. */
import type { estypes } from '@elastic/elasticsearch'
import type { Client } from '../../elasticsearch/client.ts'
import { allWords } from '../../elasticsearch/query/words.ts'
import { queryOf } from '../steps.ts'

/** One item as the rebuild sees it. */
export type NamedItem = {
  readonly item_id: number
  readonly name: string
  readonly cat_ids: readonly number[]
}

/** Items of one text, and the full paths of the categories that hold most of them, most first. */
export type TextCount = {
  readonly hits: number
  readonly leaves: readonly (readonly [path: string, items: number])[]
}

export type CatalogueReader = {
  items(): Promise<number>
  brands(): Promise<readonly string[]>
  /** The most popular items. */
  popular(size: number): Promise<readonly (NamedItem & { readonly pop: number })[]>
  /** Every item, by id, in batches. */
  names(): AsyncGenerator<readonly NamedItem[]>
  /** Items that have every word, in one request for all texts. */
  countWords(texts: readonly string[]): Promise<readonly TextCount[]>
  countBrands(brands: readonly string[]): Promise<readonly TextCount[]>
}

const SCAN_SIZE = 5_000
const BRANDS_MAX = 10_000
const LEAVES_MAX = 5
const REQUEST_TIMEOUT_MS = 30_000
const SOURCE = ['item_id', 'name', 'cat_ids']

/** @param index a real index, so that a swap in the middle does not mix two */
export function catalogueReader(client: Client, index: string, signal: AbortSignal): CatalogueReader {
  const options = { signal, requestTimeout: REQUEST_TIMEOUT_MS }
  const search = <T>(body: estypes.SearchRequest) => client.search<T>({ ...body, index }, options)
  const count = async (queries: readonly estypes.QueryDslQueryContainer[]): Promise<TextCount[]> => {
    if (queries.length === 0) return []
    const aggs = { leaves: { terms: { field: 'cat_leaf', size: LEAVES_MAX } } }
    const searches = queries.flatMap((query) => [{}, { size: 0, track_total_hits: true, query, aggs }])
    const { responses } = await client.msearch({ index, searches } as estypes.MsearchRequest, options)
    return responses.map(textCountOf)
  }
  return {
    items: async () => (await client.count({ index }, options)).count,
    async brands() {
      const terms = { field: 'brand_kw', size: BRANDS_MAX }
      const { aggregations } = await search({ size: 0, aggs: { brands: { terms } } })
      return (aggregations?.['brands'] as { buckets: { key: string }[] }).buckets.map((bucket) => bucket.key)
    },
    async popular(size) {
      const sort: estypes.Sort = [{ pop: 'desc' }, { item_id: 'asc' }]
      const { hits } = await search<NamedItem & { pop: number }>({ size, sort, _source: [...SOURCE, 'pop'] })
      return hits.hits.flatMap((hit) => hit._source ?? [])
    },
    async *names() {
      for (let after: number[] = [-1]; ; ) {
        const body = {
          size: SCAN_SIZE,
          sort: [{ item_id: 'asc' as const }],
          search_after: after,
          _source: SOURCE,
        }
        const { hits } = await search<NamedItem>({ ...body, track_total_hits: false })
        const found = hits.hits.flatMap((hit) => hit._source ?? [])
        const last = found.at(-1)
        if (!last) return
        yield found
        after = [last.item_id]
      }
    },
    countWords: (texts) => count(texts.map((text) => allWords(queryOf([text])))),
    countBrands: (brands) => count(brands.map((brand) => ({ term: { brand_kw: brand } }))),
  }
}

function textCountOf(response: estypes.MsearchResponseItem): TextCount {
  if ('error' in response) throw new Error(`count refused: ${response.error.type}`)
  const { total } = response.hits
  const leaves = response.aggregations?.['leaves'] as { buckets: { key: string; doc_count: number }[] }
  return {
    hits: typeof total === 'object' ? total.value : (total ?? 0),
    leaves: leaves.buckets.map((bucket) => [bucket.key, bucket.doc_count] as const),
  }
}
