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

/** Keys of one slot of the admission gate in one epoch. They share a hash tag: a script gets any of them in one call. */
export type GateSlotKeys = {
  /** string; number of the current epoch. The only key that outlives an epoch. */
  readonly epoch: string
  /** zset; hold ids by time of admission (ms, clock of Redis): what has to be settled or aborted. */
  readonly tz: string
  /** hash of one hold: request hash, units granted per sku. */
  h(id: string): string
  /** hash of one SKU: `a` available, `rv` version of the last snapshot, `pv` highest version seen, `q`, `lim`. */
  k(sku: string): string
  /** hash of one SKU: hold id to `units|rv at admission`. */
  t(sku: string): string
  /** zset of one SKU: versions applied above `rv`. */
  ap(sku: string): string
}

export type GateKeys = {
  /** @param slot 0..15 @param epoch keys of another epoch are never read again */
  of(slot: number, epoch: number): GateSlotKeys
  epoch(slot: number): string
  /** What begins every key of this slot but `epoch`. */
  slotPrefix(slot: number): string
}

/** @param prefix of the installation, such as `shop:`; without braces, which would move the hash tag */
export function gateKeys(prefix: string): GateKeys {
  const slotPrefix = (slot: number) => `${prefix}{s${slot}}:`
  const epochOf = (slot: number) => `${slotPrefix(slot)}epoch`
  return {
    epoch: epochOf,
    slotPrefix,
    of: (slot, epoch) => {
      const start = `${slotPrefix(slot)}${epoch}:`
      return {
        epoch: epochOf(slot),
        tz: `${start}tz`,
        h: (id) => `${start}h:${id}`,
        k: (sku) => `${start}k:${sku}`,
        t: (sku) => `${start}t:${sku}`,
        ap: (sku) => `${start}ap:${sku}`,
      }
    },
  }
}

/** Keys of one topic of domain events. They share a hash tag: one script writes both. */
export type TopicKeys = {
  /** stream; one entry an event. */
  readonly stream: string
  /** hash; what the stream ends with: origin and position in the WAL, id of its last entry. */
  readonly place: string
}

/** @param prefix of the installation @param topic by `TOPIC_PATTERN` */
export function topicKeys(prefix: string, topic: string): TopicKeys {
  const stream = `${prefix}ev:{${topic}}`
  return { stream, place: `${stream}:place` }
}
