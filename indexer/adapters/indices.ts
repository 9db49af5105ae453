/** Indices of one mapping: made with their own settings for building, opened for search, swapped by one call. */
import type { Client, estypes } from '@elastic/elasticsearch'
import { type Mapping, mappingVersion } from '../../mappings/define.ts'
import { indexName } from '../../src/catalog/names.ts'
import { statusOf } from '../../src/elasticsearch/client.ts'
import { messageOf } from '../../src/errors.ts'

/** While building nobody searches: no refresh, no copies. */
const BUILD_SETTINGS = {
  refresh_interval: '-1',
  number_of_replicas: 0,
  auto_expand_replicas: 'false',
} as const

/**
 * While live. The refresh is set explicitly, because an index without it stops refreshing when nobody searches;
 * deletes are remembered for an hour, so that an old copy cannot come back over a delete.
 */
const LIVE_SETTINGS = { refresh_interval: '1s', auto_expand_replicas: '0-1' } as const

const GC_DELETES = '1h'

/** Names behind an alias; none when there is no alias. */
export async function aliasedIndices(client: Client, alias: string): Promise<string[]> {
  try {
    return Object.keys(await client.indices.getAlias({ name: alias }))
  } catch (thrown) {
    if (statusOf(thrown) === 404) return []
    throw thrown
  }
}

/** Every index of this alias's family, behind it or not. */
export async function familyOf(client: Client, alias: string): Promise<string[]> {
  const found = await client.indices.get({
    index: `${alias}-v*`,
    allow_no_indices: true,
    features: ['aliases'],
  })
  return Object.keys(found).sort()
}

/** The name after the highest that exists. */
export function nextIndexName(alias: string, family: readonly string[]): string {
  const highest = family.reduce((most, name) => {
    const generation = Number(/-v(\d{6,})$/.exec(name)?.[1] ?? 0)
    return Math.max(most, generation)
  }, 0)
  return indexName(alias, highest + 1)
}

export async function createIndex(client: Client, index: string, mapping: Mapping): Promise<void> {
  await client.indices.create({
    index,
    settings: { ...mapping.settings, number_of_shards: 1, gc_deletes: GC_DELETES, ...BUILD_SETTINGS },
    mappings: {
      dynamic: 'strict',
      _meta: { mapping_version: mappingVersion(mapping) },
      properties: mapping.properties,
    },
  } as Parameters<Client['indices']['create']>[0])
}

/** Make a built index ready for search and wait for its copies. Doing it again changes nothing. */
export async function openIndex(client: Client, index: string, signal: AbortSignal): Promise<void> {
  await client.indices.putSettings({ index, settings: LIVE_SETTINGS }, { signal })
  await client.cluster.health(
    { index, wait_for_status: 'green', timeout: '20s' },
    { signal, requestTimeout: 25_000 },
  )
}

/** One call: searches see the old index or this one, never none. @returns indices that were replaced */
export async function swapAlias(client: Client, alias: string, index: string): Promise<string[]> {
  const replaced = (await aliasedIndices(client, alias)).filter((name) => name !== index)
  await client.indices.updateAliases({
    actions: [...replaced.map((name) => ({ remove: { index: name, alias } })), { add: { index, alias } }],
  })
  return replaced
}

/** Deleting it again changes nothing. */
export async function deleteIndex(client: Client, index: string): Promise<void> {
  await client.indices.delete({ index, ignore_unavailable: true })
}

/**
 * Let an index of an older mapping take the documents of this one, which goes when fields were only added.
 * @returns null, or why the index cannot be fed any more
 */
export async function extendMapping(client: Client, index: string, mapping: Mapping): Promise<string | null> {
  try {
    await client.indices.putMapping({
      index,
      properties: mapping.properties,
    } as Parameters<Client['indices']['putMapping']>[0])
    return null
  } catch (thrown) {
    if (statusOf(thrown) === 400) return messageOf(thrown)
    throw thrown
  }
}

/** Ids of all documents of an index, page by page, as of one moment. Refresh first: a scan sees only what search sees. */
export async function* scanIds(
  client: Client,
  index: string,
  query: NonNullable<estypes.SearchRequest['query']>,
  signal: AbortSignal,
): AsyncGenerator<{ readonly id: string; readonly version: bigint }[]> {
  const pit = await client.openPointInTime({ index, keep_alive: '1m' }, { signal })
  try {
    let after: estypes.SortResults | null = null
    for (;;) {
      const page: estypes.SearchResponse<unknown> = await client.search(
        {
          pit: { id: pit.id, keep_alive: '1m' },
          size: SCAN_PAGE,
          query,
          sort: [{ _shard_doc: 'asc' }],
          _source: false,
          version: true,
          track_total_hits: false,
          ...(after ? { search_after: after } : {}),
        },
        { signal },
      )
      const hits = page.hits.hits
      if (hits.length === 0) return
      yield hits.map((hit) => ({ id: String(hit._id), version: BigInt(hit._version ?? 0) }))
      after = hits.at(-1)?.sort ?? null
    }
  } finally {
    await client.closePointInTime({ id: pit.id }).catch(() => undefined) // it ends by itself after a minute
  }
}

const SCAN_PAGE = 2_000
