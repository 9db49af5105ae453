/**
 * Positions in the write-ahead log of Postgres: 64-bit byte offsets. Inside the indexer they are bigint, because
 * they serve as document versions and must not lose bits; in JSON and SQL they are text, `16/B374D848`.
 */

export type Lsn = bigint

/** Before everything. */
export const NO_LSN: Lsn = 0n

const PATTERN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/

/** @throws RangeError for text that is not `hex/hex` */
export function parseLsn(text: string): Lsn {
  const match = PATTERN.exec(text)
  if (!match) throw new RangeError(`lsn: expected hex/hex, got ${JSON.stringify(text)}`)
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`)
}

/** Text as Postgres prints it. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`
}

export function maxLsn(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b
}
