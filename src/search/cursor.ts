/**
 * Cursors: opaque, signed text that holds where a walk through one result stands (search design 8). It belongs
 * to one query, one set of filters, one order, one page size and one index; for any other it is refused.
 * It also holds the step of the ladder that answered, so that a walk never changes its reading of the words.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Step } from '../catalog/answers.ts'

export type SortValue = string | number | boolean | null

/** What a cursor holds. */
export type CursorPlace = {
  /** Sort values of the last hit. */
  readonly after: readonly SortValue[]
  readonly step: Step
  /** Words that the step used. */
  readonly used: string
}

const SIGNATURE_BYTES = 16

/** Digest of everything that decides which result a cursor walks. @param parts plain data */
export function resultKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** @param secret shared by every api process */
export function writeCursor(secret: string, key: string, place: CursorPlace): string {
  const payload = Buffer.from(JSON.stringify([key, place.step, place.used, ...place.after]), 'utf8')
  return Buffer.concat([signature(secret, payload), payload]).toString('base64url')
}

/** The place, or null: tampered with, or of another result. Never throws. */
export function readCursor(secret: string, key: string, cursor: string): CursorPlace | null {
  const bytes = Buffer.from(cursor, 'base64url')
  const payload = bytes.subarray(SIGNATURE_BYTES)
  if (bytes.length <= SIGNATURE_BYTES || bytes.toString('base64url') !== cursor) return null
  if (!timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), signature(secret, payload))) return null
  // Signed, so made by writeCursor.
  const [ofKey, step, used, ...after] = JSON.parse(payload.toString('utf8')) as [
    string,
    Step,
    string,
    ...SortValue[],
  ]
  return ofKey === key ? { after, step, used } : null
}

function signature(secret: string, payload: Buffer): Buffer {
  return createHmac('sha256', secret).update(payload).digest().subarray(0, SIGNATURE_BYTES)
}
