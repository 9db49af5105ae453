/** The key of a call that must have its effect once: a UUID of version 7, which sorts by time. */
import { problem } from '../errors.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/**
 * @param header value of `Idempotency-Key`
 * @returns null: none was sent
 * @throws Problem idempotency-key-invalid
 */
export function keyOf(header: string | undefined): string | null {
  if (header === undefined) return null
  const key = header.toLowerCase()
  if (!UUID_V7.test(key)) throw problem('idempotency-key-invalid')
  return key
}
