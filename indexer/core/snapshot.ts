/**
 * Whether a transaction seen in the stream is visible in a snapshot of Postgres. The stream delivers a commit
 * before other sessions can see it (facts E6, E12), so a row read then is old although the change is known.
 */

/** `pg_current_snapshot()`: ids below `xmin` are finished, ids from `xmax` on are not, `running` lies between. */
export type Snapshot = {
  readonly xmin: bigint
  readonly xmax: bigint
  readonly running: ReadonlySet<bigint>
}

const PATTERN = /^(\d+):(\d+):((?:\d+(?:,\d+)*)?)$/
const EPOCH = 1n << 32n
const HALF = 1n << 31n

/** @param text `xmin:xmax:id,id,...` @throws RangeError for anything else */
export function parseSnapshot(text: string): Snapshot {
  const match = PATTERN.exec(text)
  if (!match) throw new RangeError(`snapshot: expected xmin:xmax:list, got ${JSON.stringify(text)}`)
  const [, xmin = '0', xmax = '0', list = ''] = match
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    running: new Set(list === '' ? [] : list.split(',').map(BigInt)),
  }
}

/**
 * The 64-bit id of a transaction of which the stream gives the low 32 bits: the candidate nearest to the
 * snapshot. Right while stream and snapshot are less than 2^31 transactions apart, which Postgres itself ensures.
 * @param xid 0..2^32-1
 */
export function fullXid(xid: number, snapshot: Snapshot): bigint {
  const near = (snapshot.xmax & ~(EPOCH - 1n)) | BigInt(xid)
  if (near > snapshot.xmax + HALF) return near - EPOCH
  if (near < snapshot.xmax - HALF) return near + EPOCH
  return near
}

/** Whether rows read under this snapshot contain the committed transaction. @param xid 0..2^32-1, top level */
export function isVisible(xid: number, snapshot: Snapshot): boolean {
  const full = fullXid(xid, snapshot)
  if (full < snapshot.xmin) return true
  return full < snapshot.xmax && !snapshot.running.has(full)
}
