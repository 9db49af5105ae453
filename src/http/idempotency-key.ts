/** The key of a call that must have its effect once: a UUID of version 7, which sorts by time. */
import { problem } from '../errors.ts'
import { UUID_V7 } from './ids.ts'

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

/** The same of a form, which always carries one. @throws Problem idempotency-key-invalid */
export function requiredKey(field: string | null): string {
  const key = keyOf(field ?? '')
  if (key === null) throw problem('idempotency-key-invalid')
  return key
}
