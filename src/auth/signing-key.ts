/**
 * Keys that sign access tokens, made from texts of the configuration: every process with the same text has the same key,
 * and no key file has to be shared. The first text signs; further ones are only trusted, so that a text is replaced
 * by putting the new one in front and removing the old one when its last token has run out.
 */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'

/** Ed25519 key pair. */
export type SigningKey = {
  /** Thumbprint of the public key (RFC 7638), base64url. */
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** An Ed25519 private key in PKCS #8 is this and the 32 bytes of the seed (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
/** Keeps these keys apart from others that might be made from the same text. */
const PURPOSE = 'aisle access tokens, ed25519'

/**
 * @param texts at least one, each long and random (the strength of a key is that of its text)
 * @throws RangeError when there is none
 */
export function signingKeys(texts: readonly string[]): readonly [SigningKey, ...SigningKey[]] {
  const [first, ...others] = texts.map(signingKey)
  if (first === undefined) throw new RangeError('signing keys: at least one text expected')
  return [first, ...others]
}

function signingKey(text: string): SigningKey {
  const seed = Buffer.from(hkdfSync('sha256', text, '', PURPOSE, 32))
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(privateKey)
  const { crv, kty, x } = publicKey.export({ format: 'jwk' })
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x })) // members in this order: RFC 7638
  return { kid: thumbprint.digest('base64url'), privateKey, publicKey }
}
