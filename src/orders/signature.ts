/**
 * The signature of a webhook: `Aisle-Signature: t=<unix s>,v1=<hex HMAC-SHA256(secret, t "." body)>`. It proves that
 * the body came from somebody who knows a secret, unchanged and not long ago. Two secrets are live while one is
 * being replaced; a sender may sign with both (`v1=...,v1=...`). The body is the bytes as they came: parsing first
 * and signing what was parsed would check something else than what was sent.
 * Source: the scheme that payment providers share (Stripe's `Stripe-Signature`); HMAC is RFC 2104.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Age, seconds, after which a signed message is refused: a recorded one is worthless soon. Either way, for clocks. */
export const SIGNATURE_TOLERANCE_S = 300

/** Name of the header. */
export const SIGNATURE_HEADER = 'aisle-signature'

/** A header of two signatures has 150 characters; more than this many is somebody trying. */
const HEADER_LENGTH_MAX = 512
const SIGNATURES_MAX = 4

export type SignatureVerdict = 'valid' | 'malformed' | 'expired' | 'wrong'

export type SignedMessage = {
  /** Value of the header; undefined or null when it is missing. */
  readonly header: string | null | undefined
  readonly body: Uint8Array
}

/**
 * @param secrets the live ones; signed once with each
 * @param atSeconds unix time, integer
 * @returns value of the header
 */
export function signBody(secrets: readonly string[], body: Uint8Array, atSeconds: number): string {
  const signed = secrets.map((secret) => `v1=${macOf(secret, atSeconds, body).toString('hex')}`)
  return [`t=${atSeconds}`, ...signed].join(',')
}

/**
 * @param secrets the live ones, at least one
 * @param nowSeconds unix time of the clock that decides (Postgres's)
 * @returns `expired` only for a signature that was right: a stranger learns nothing about our clock
 */
export function verifySignature(
  { header, body }: SignedMessage,
  secrets: readonly string[],
  nowSeconds: number,
): SignatureVerdict {
  const parsed = parseHeader(header ?? '')
  if (parsed === null) return 'malformed'
  let isSigned = false
  // Every pair is compared, so that the time taken does not say which secret or signature was near.
  for (const secret of secrets) {
    const expected = macOf(secret, parsed.atSeconds, body)
    for (const given of parsed.signatures) if (timingSafeEqual(expected, given)) isSigned = true
  }
  if (!isSigned) return 'wrong'
  return Math.abs(nowSeconds - parsed.atSeconds) <= SIGNATURE_TOLERANCE_S ? 'valid' : 'expired'
}

function macOf(secret: string, atSeconds: number, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${atSeconds}.`).update(body).digest()
}

/** @returns null when it is not of the form above; parts of other names are passed over, as versions to come */
function parseHeader(header: string): { atSeconds: number; signatures: Buffer[] } | null {
  if (header.length > HEADER_LENGTH_MAX) return null
  let atSeconds: number | null = null
  const signatures: Buffer[] = []
  for (const part of header.split(',')) {
    const [name, value = ''] = part.split('=', 2)
    if (name === 't') {
      if (atSeconds !== null || !/^\d{1,12}$/.test(value)) return null
      atSeconds = Number(value)
    }
    if (name === 'v1') {
      if (!/^[0-9a-f]{64}$/.test(value)) return null
      signatures.push(Buffer.from(value, 'hex'))
    }
  }
  const isComplete = atSeconds !== null && signatures.length > 0 && signatures.length <= SIGNATURES_MAX
  return isComplete && atSeconds !== null ? { atSeconds, signatures } : null
}
