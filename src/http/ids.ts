/** Ids that sort by the time they were made (UUID version 7, RFC 9562 section 5.7). */

/** A UUID of version 7 in lower case. */
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const TIME_DIGITS = 12
/** Of a random UUID: everything behind its version, and so its variant and 74 random bits. */
const RANDOM_FROM = 15

/**
 * Made from text, because a request takes one: 0.4 us, against 4.1 us from random bytes and a 64-bit integer (Node 24,
 * 2 cores of an EPYC), which was a fifth of a cached reply.
 * @param atMs time since 1970, ms
 * @param random a random UUID (version 4); Node makes those in advance
 */
export function uuidV7(atMs: number, random: string): string {
  const time = Math.floor(atMs).toString(16).padStart(TIME_DIGITS, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(RANDOM_FROM)}`
}
