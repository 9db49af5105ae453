/**
 * Every name that Aisle uses on a server shared with others. All carry the namespace (by default the name of
 * the database), because slots are unique in a whole Postgres server and indices in a whole Elasticsearch:
 * two databases on one pair of servers, as in the tests, must not meet.
 */

/** Names of one installation. */
export type Names = {
  readonly namespace: string
  /** Logical replication slot. */
  readonly slot: string
  /** Publication; it lives inside one database, so it needs no namespace. */
  readonly publication: string
  /** Alias that search reads. */
  readonly itemsAlias: string
  /** Alias of the suggestion index. */
  readonly suggestionsAlias: string
  /** Hidden index of the indexer's positions. */
  readonly stateIndex: string
  /** Starts every Redis key. */
  readonly redisPrefix: string
}

/** What a namespace may look like: it becomes part of slot, index and key names. */
export const NAMESPACE_PATTERN = /^[a-z][a-z0-9_]{0,40}$/

/**
 * All names of one namespace.
 * @param namespace lower-case letters, digits and `_`, at most 41 characters
 * @throws RangeError for any other text
 */
export function namesFor(namespace: string): Names {
  if (!NAMESPACE_PATTERN.test(namespace)) {
    throw new RangeError(`namespace: expected ${NAMESPACE_PATTERN.source}, got ${JSON.stringify(namespace)}`)
  }
  return {
    namespace,
    slot: `aisle_${namespace}`,
    publication: 'aisle_catalog',
    itemsAlias: `${namespace}-items`,
    suggestionsAlias: `${namespace}-suggestions`,
    stateIndex: `${namespace}-indexer-state`,
    redisPrefix: `${namespace}:`,
  }
}

/**
 * Name of the n-th index behind an alias.
 * @param alias such as `shop-items`
 * @param generation integer >= 1
 */
export function indexName(alias: string, generation: number): string {
  return `${alias}-v${String(generation).padStart(6, '0')}`
}
