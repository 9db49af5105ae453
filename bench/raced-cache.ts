/** What the races and the cost of a hit need of a cache, ours or another: two nodes that share a second tier. */

export type CacheNode = {
  /** Read through: what is held, else what `load` gives, which is then held. */
  read(key: string, load: () => Promise<string>): Promise<string>
  /** What is held and does not cost more than it has to; null: nothing. */
  hit(key: string): unknown
}

export type RacedCache = {
  readonly name: string
  readonly nodes: readonly [CacheNode, CacheNode]
  /** Say on the first node that the value has changed. Settles when that is all that a caller can wait for. */
  forget(key: string): Promise<void>
  stop(): Promise<void>
}

/** @param redisUrl of a server that nobody else uses */
export type StartCache = (redisUrl: string) => Promise<RacedCache>
