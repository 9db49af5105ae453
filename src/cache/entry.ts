/**
 * One cached answer, and its form in the second tier. The body is the final serialised JSON as the bytes that are
 * sent, so that a hit costs no work but sending it, and lies outside of the heap that the collector walks through.
 */

/** `empty`: a result without hits; it lives shorter, because what is missing today is often added today. */
export type EntryKind = 'hit' | 'empty'

/** What a loader gives: the reply itself, and the tags of what it depends on. */
export type Loaded = {
  readonly tags: readonly string[]
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly kind: EntryKind
  /** False for a degraded answer: it is given away and not stored. */
  readonly isStorable: boolean
  /** Longest life, ms, for an answer that shows what no tag names; absent: that of its family. */
  readonly maxAgeMs?: number | undefined
}

export type Entry = {
  /** Position in the invalidation log up to which this answer is known to be right. Integer >= 0. */
  readonly watermark: number
  readonly tags: readonly string[]
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** UTF-8, in memory of its own. */
  readonly body: Buffer
  readonly kind: EntryKind
  /**
   * Monotonic ms of this process before the load began; -Infinity for a copy from the second tier, because no
   * clock is compared between hosts.
   */
  readonly filledAt: number
  /** Monotonic ms of this process after which a load is due. */
  readonly softExpiry: number
  /** Monotonic ms of this process after which it is not even served when loading fails. */
  readonly hardExpiry: number
  /** How long the load took, ms; decides how early a refresh begins. */
  readonly loadMs: number
}

/** Digits of the watermark in front of a stored value: fixed, so that texts compare like numbers. */
export const WATERMARK_DIGITS = 16
const FORMAT = '2'

/**
 * The bytes of a text in memory of their own. `Buffer.from` cuts small ones from a block of 8 KB or more, which would
 * stay as long as the last of them: 16 KB for each answer of 3 KB, measured.
 */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text))
  bytes.write(text)
  return bytes
}

/**
 * What an entry holds beside its texts, bytes: the objects of the entry, its headers, its list of tags and its buffer,
 * and its place in the table. Own: 20,000 entries of 2 and of 14 KB with four tags take 950 to 1,150 bytes of heap each and
 * a block of the allocator (Node 24).
 */
const OBJECTS_BYTES = 1_200
/** A tag: its text and what a text of its own costs. */
const TAG_BYTES = 24

/** Bytes that an entry costs in the first tier. */
export function entryBytes(key: string, { body, tags }: Entry): number {
  const texts = tags.reduce((sum, tag) => sum + tag.length + TAG_BYTES, key.length)
  return body.length + texts + OBJECTS_BYTES
}

/** Text of a watermark that compares in order. @throws RangeError when it is no integer >= 0 below 10^16 */
export function watermarkText(watermark: number): string {
  if (!Number.isSafeInteger(watermark) || watermark < 0) {
    throw new RangeError(`watermark: integer >= 0 expected, got ${watermark}`)
  }
  return String(watermark).padStart(WATERMARK_DIGITS, '0')
}

/**
 * The value of the second tier: watermark as 16 digits, a format digit, length of the head in bytes, head (JSON), body.
 * @param now monotonic ms; lifetimes travel as what remains of them
 */
export function encodeEntry(entry: Entry, now: number): Buffer {
  const head = Buffer.from(
    JSON.stringify({
      tags: entry.tags,
      status: entry.status,
      headers: entry.headers,
      kind: entry.kind,
      soft: Math.max(0, Math.round(entry.softExpiry - now)),
      hard: Math.max(0, Math.round(entry.hardExpiry - now)),
      load: Math.round(entry.loadMs),
    }),
  )
  const start = Buffer.from(`${watermarkText(entry.watermark)}${FORMAT}${head.length}:`)
  return Buffer.concat([start, head, entry.body])
}

type Head = {
  readonly tags: readonly string[]
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly kind: EntryKind
  readonly soft: number
  readonly hard: number
  readonly load: number
}

/** The entry of a stored value; null for a value of another format, which is treated as absent. */
export function decodeEntry(value: Buffer, now: number): Entry | null {
  const text = (from: number, to: number) => value.toString('utf8', from, to)
  if (text(WATERMARK_DIGITS, WATERMARK_DIGITS + 1) !== FORMAT) return null
  const colon = value.indexOf(':', WATERMARK_DIGITS + 1)
  const headLength = Number(text(WATERMARK_DIGITS + 1, colon))
  const watermark = Number(text(0, WATERMARK_DIGITS))
  if (colon === -1 || !Number.isSafeInteger(headLength) || !Number.isSafeInteger(watermark)) return null
  const bodyAt = colon + 1 + headLength
  const head = JSON.parse(text(colon + 1, bodyAt)) as Head
  const body = Buffer.allocUnsafeSlow(value.length - bodyAt) // a part of the value would keep all of it
  value.copy(body, 0, bodyAt)
  return {
    watermark,
    tags: head.tags,
    status: head.status,
    headers: head.headers,
    body,
    kind: head.kind,
    filledAt: Number.NEGATIVE_INFINITY,
    softExpiry: now + head.soft,
    hardExpiry: now + head.hard,
    loadMs: head.load,
  }
}
