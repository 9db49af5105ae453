/**
 * One cached answer, and its form in the second tier. The body is the final serialised JSON, so that a hit
 * costs no work but sending it.
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
}

export type Entry = {
  /** Position in the invalidation log up to which this answer is known to be right. Integer >= 0. */
  readonly watermark: number
  readonly tags: readonly string[]
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
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
const FORMAT = '1'

/** Bytes that an entry costs in the first tier: body as UTF-16 at worst, tags and headers by estimate. */
export function entryBytes(key: string, entry: Entry): number {
  const tags = entry.tags.reduce((sum, tag) => sum + tag.length + 16, 0)
  return 2 * (key.length + entry.body.length + tags) + 400
}

/** Text of a watermark that compares in order. @throws RangeError when it is no integer >= 0 below 10^16 */
export function watermarkText(watermark: number): string {
  if (!Number.isSafeInteger(watermark) || watermark < 0) {
    throw new RangeError(`watermark: integer >= 0 expected, got ${watermark}`)
  }
  return String(watermark).padStart(WATERMARK_DIGITS, '0')
}

/**
 * The value of the second tier: watermark as 16 digits, a format digit, head length, head (JSON), body.
 * @param now monotonic ms; lifetimes travel as what remains of them
 */
export function encodeEntry(entry: Entry, now: number): string {
  const head = JSON.stringify({
    tags: entry.tags,
    status: entry.status,
    headers: entry.headers,
    kind: entry.kind,
    soft: Math.max(0, Math.round(entry.softExpiry - now)),
    hard: Math.max(0, Math.round(entry.hardExpiry - now)),
    load: Math.round(entry.loadMs),
  })
  return `${watermarkText(entry.watermark)}${FORMAT}${head.length}:${head}${entry.body}`
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
export function decodeEntry(value: string, now: number): Entry | null {
  if (value[WATERMARK_DIGITS] !== FORMAT) return null
  const colon = value.indexOf(':', WATERMARK_DIGITS + 1)
  const headLength = Number(value.slice(WATERMARK_DIGITS + 1, colon))
  const watermark = Number(value.slice(0, WATERMARK_DIGITS))
  if (colon === -1 || !Number.isSafeInteger(headLength) || !Number.isSafeInteger(watermark)) return null
  const head = JSON.parse(value.slice(colon + 1, colon + 1 + headLength)) as Head
  return {
    watermark,
    tags: head.tags,
    status: head.status,
    headers: head.headers,
    body: value.slice(colon + 1 + headLength),
    kind: head.kind,
    filledAt: Number.NEGATIVE_INFINITY,
    softExpiry: now + head.soft,
    hardExpiry: now + head.hard,
    loadMs: head.load,
  }
}
