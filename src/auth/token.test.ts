import { createHmac } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createGuests } from './guest.ts'
import { signingKeys } from './signing-key.ts'
import { createTokens, type Tokens } from './token.ts'
import { rememberVerified } from './verified-tokens.ts'

const TEXT = 'a-long-random-text-of-a-test-for-tokens'
const AT = 1_764_000_000

/** Tokens whose clock a test moves. */
function tokensAt(texts: readonly string[] = [TEXT], more: { issuer?: string; audience?: string } = {}) {
  const time = { now: AT }
  const options = { keys: signingKeys(texts), issuer: 'aisle', audience: 'shop', ...more }
  return { time, tokens: createTokens({ ...options, now: () => time.now }), keys: options.keys }
}

describe('access tokens', () => {
  test('a token says who and what until ten minutes are over', async () => {
    const { tokens, time } = tokensAt()
    const { token, identity } = await tokens.issue('guest:1', 'guest')
    expect(identity).toEqual({ subject: 'guest:1', role: 'guest', issued_at: AT, expires_at: AT + 600 })
    expect(await tokens.verify(token)).toEqual({ outcome: 'valid', identity })
    time.now = AT + 604
    expect(await tokens.verify(token)).toEqual({ outcome: 'valid', identity })
    time.now = AT + 606
    expect(await tokens.verify(token)).toEqual({ outcome: 'expired', identity })
  })

  test('the key of a text is the same in every process', async () => {
    expect(signingKeys([TEXT])[0].kid).toBe('ER5cm-naPxx9hIhOj8Q_IK9gRLEuasjzT_ksY5ADImQ')
    const { token } = await tokensAt().tokens.issue('customer:7', 'customer')
    expect(await tokensAt().tokens.verify(token)).toMatchObject({ outcome: 'valid' })
  })

  test('a replaced key is trusted while its text is still listed', async () => {
    const { token } = await tokensAt(['old-text-old-text-old-text-old-text']).tokens.issue('c:1', 'customer')
    const during = tokensAt([
      'new-text-new-text-new-text-new-text',
      'old-text-old-text-old-text-old-text',
    ]).tokens
    expect(await during.verify(token)).toMatchObject({ outcome: 'valid' })
    const after = tokensAt(['new-text-new-text-new-text-new-text']).tokens
    expect(await after.verify(token)).toEqual({ outcome: 'invalid' })
  })

  test('a token of another key, issuer or audience is invalid', async () => {
    const { tokens } = tokensAt()
    const others: Tokens[] = [
      tokensAt(['another-text-another-text-another-te']).tokens,
      tokensAt([TEXT], { issuer: 'another' }).tokens,
      tokensAt([TEXT], { audience: 'another' }).tokens,
    ]
    for (const other of others) {
      const { token } = await other.issue('customer:7', 'customer')
      expect(await tokens.verify(token)).toEqual({ outcome: 'invalid' })
    }
  })

  test('a token that chooses its algorithm, type or claims itself is invalid', async () => {
    const { tokens, keys } = tokensAt()
    const [{ kid, privateKey, publicKey }] = keys
    const claims = { role: 'orders' }
    const filled = (jwt: SignJWT) =>
      jwt
        .setIssuer('aisle')
        .setAudience('shop')
        .setSubject('x')
        .setIssuedAt(AT)
        .setExpirationTime(AT + 600)
    const header = { alg: 'EdDSA', kid, typ: 'at+jwt' }
    const good = await filled(new SignJWT(claims).setProtectedHeader(header)).sign(privateKey)
    expect(await tokens.verify(good)).toMatchObject({ outcome: 'valid', identity: { role: 'orders' } })

    const unsigned = new UnsecuredJWT(claims)
      .setIssuer('aisle')
      .setAudience('shop')
      .setSubject('x')
      .setIssuedAt(AT)
      .setExpirationTime(AT + 600)
      .encode()
    const [, body = ''] = good.split('.')
    const hmacHead = Buffer.from(JSON.stringify({ alg: 'HS256', kid, typ: 'at+jwt' })).toString('base64url')
    const pem = publicKey.export({ format: 'pem', type: 'spki' })
    const mac = createHmac('sha256', pem).update(`${hmacHead}.${body}`).digest('base64url')
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid, typ: 'at+jwt' })).toString('base64url')
    const bad = [
      unsigned,
      `${none}.${body}.`,
      `${hmacHead}.${body}.${mac}`, // the public key as the secret of an HMAC
      await filled(new SignJWT(claims).setProtectedHeader({ ...header, typ: 'JWT' })).sign(privateKey),
      await filled(new SignJWT({ role: 'root' }).setProtectedHeader(header)).sign(privateKey),
      await filled(new SignJWT({}).setProtectedHeader(header)).sign(privateKey),
      await new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer('aisle')
        .setAudience('shop')
        .setSubject('x')
        .setIssuedAt(AT)
        .sign(privateKey), // without an end
      good.slice(0, -8),
      `${good}x`,
      'a.b.c',
      '',
      'x'.repeat(5_000),
    ]
    for (const token of bad)
      expect([token, await tokens.verify(token)]).toEqual([token, { outcome: 'invalid' }])
  })

  test('one changed character anywhere makes a token invalid', async () => {
    const { tokens } = tokensAt()
    const { token } = await tokens.issue('guest:1', 'guest')
    // The last character of a part carries bits that decode to nothing, so it is left alone.
    const ends = [token.indexOf('.') - 1, token.lastIndexOf('.') - 1, token.length - 1]
    for (let at = 0; at < token.length; at += 1) {
      if (ends.includes(at)) continue
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
      expect((await tokens.verify(changed)).outcome).toBe('invalid')
    }
  })
})

describe('verified tokens', () => {
  test('a token is checked once in a minute, and a forged one every time', async () => {
    const { tokens, time } = tokensAt()
    const checked: string[] = []
    const counted: Tokens = {
      issue: tokens.issue,
      verify(token) {
        checked.push(token)
        return tokens.verify(token)
      },
    }
    const remembering = rememberVerified(counted, () => time.now)
    const { token } = await tokens.issue('guest:1', 'guest')
    for (let call = 0; call < 5; call += 1) {
      expect((await remembering.verify(token)).outcome).toBe('valid')
      expect((await remembering.verify('forged')).outcome).toBe('invalid')
    }
    expect(checked.filter((given) => given === token).length).toBe(1)
    expect(checked.filter((given) => given === 'forged').length).toBe(5)
    time.now += 61
    await remembering.verify(token)
    expect(checked.filter((given) => given === token).length).toBe(2)
  })

  test('a kept token ends when it ends', async () => {
    const { tokens, time } = tokensAt()
    const remembering = rememberVerified(tokens, () => time.now)
    const { token } = await tokens.issue('guest:1', 'guest', 30)
    expect((await remembering.verify(token)).outcome).toBe('valid')
    time.now += 36
    expect((await remembering.verify(token)).outcome).toBe('expired')
  })
})

describe('guests', () => {
  test('a guest who comes back within thirty days is the same guest', async () => {
    const { tokens, time } = tokensAt()
    const guests = createGuests(
      tokens,
      () => 'b1c1a5d8-0000-4000-8000-000000000000',
      () => time.now,
    )
    const { token, identity } = await guests.begin()
    expect(identity.subject).toBe('guest:b1c1a5d8-0000-4000-8000-000000000000')
    time.now += 29 * 86_400
    const renewed = await guests.renew(await tokens.verify(token))
    expect(renewed?.identity).toMatchObject({ subject: identity.subject, expires_at: time.now + 600 })
    time.now += 2 * 86_400
    expect(await guests.renew(await tokens.verify(token))).toBeNull()
  })

  test('an expired token of a customer or of staff is renewed for nobody', async () => {
    const { tokens, time } = tokensAt()
    const guests = createGuests(
      tokens,
      () => 'id',
      () => time.now,
    )
    for (const role of ['customer', 'inventory', 'orders'] as const) {
      const { token } = await tokens.issue('someone', role)
      expect(await guests.renew(await tokens.verify(token))).toBeNull()
    }
    expect(await guests.renew(await tokens.verify('forged'))).toBeNull()
  })
})
