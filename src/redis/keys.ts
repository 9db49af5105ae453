/** Every Redis key of Aisle. Keys that one script touches share a hash tag, so that a cluster keeps them together. */

export type CacheKeys = {
  readonly seq: string
  readonly log: string
  readonly epoch: string
  readonly tick: string
  /** Hottest request URLs. */
  readonly hot: string
  /** @param epoch of the log: entries of an old epoch are never found again and die by their lifetime */
  entry(epoch: string, key: string): string
}

/** @param prefix of the installation, such as `shop:` */
export function cacheKeys(prefix: string): CacheKeys {
  const tagged = (name: string) => `${prefix}{inv}:${name}`
  return {
    seq: tagged('seq'),
    log: tagged('log'),
    epoch: tagged('epoch'),
    tick: tagged('tick'),
    hot: `${prefix}{hot}:urls`,
    entry: (epoch, key) => `${prefix}c:${epoch}:${key}`,
  }
}

export type LimitKeys = {
  /** @param name class and client, such as `suggest:192.0.2.7` */
  bucket(name: string): string
  readonly instances: string
}

/** @param prefix as above. Buckets have nothing in common: a cluster spreads them. */
export function limitKeys(prefix: string): LimitKeys {
  return { bucket: (name) => `${prefix}{rl:${name}}`, instances: `${prefix}{rl}:instances` }
}
