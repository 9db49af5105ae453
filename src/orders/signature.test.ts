import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signBody, verifySignature } from './signature.ts'

const SECRET = 'a-secret-of-the-provider-32-chars'
const NEXT = 'the-secret-that-comes-after-it-32'
const BODY = Buffer.from('{"id":"evt_1","type":"payment.succeeded","ref":"pay_1"}')
const AT = 1_764_000_000

describe('signature of a webhook', () => {
  test('the signature of a known body is the one that openssl gives', () => {
    // printf '1764000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    expect(signBody(['secret'], Buffer.from('{"a":1}'), AT)).toBe(
      't=1764000000,v1=112dc1736ad0328f094ebdad63c8bde5936ce7d0bb7ae467f9f8d481a26df51c',
    )
  })

  test('a body signed with a live secret is valid from 300 s before to 300 s after', () => {
    const header = signBody([SECRET], BODY, AT)
    for (const off of [-300, 0, 300]) {
      expect(verifySignature({ header, body: BODY }, [SECRET], AT + off)).toBe('valid')
    }
    for (const off of [-301, 301]) {
      expect(verifySignature({ header, body: BODY }, [SECRET], AT + off)).toBe('expired')
    }
  })

  test('while a secret is replaced, the old, the new and both are valid', () => {
    for (const signers of [[SECRET], [NEXT], [SECRET, NEXT], ['unknown', NEXT]]) {
      const header = signBody(signers, BODY, AT)
      expect(verifySignature({ header, body: BODY }, [SECRET, NEXT], AT)).toBe('valid')
    }
    expect(verifySignature({ header: signBody([SECRET], BODY, AT), body: BODY }, [NEXT], AT)).toBe('wrong')
  })

  test('one changed bit of body, time or signature is wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(), (body, where) => {
        const header = signBody([SECRET], body, AT)
        const changed = Uint8Array.from(body)
        changed[where % body.length] = (changed[where % body.length] ?? 0) ^ (1 << (where % 8))
        expect(verifySignature({ header, body }, [SECRET], AT)).toBe('valid')
        expect(verifySignature({ header, body: changed }, [SECRET], AT)).toBe('wrong')
        expect(
          verifySignature({ header: header.replace(`t=${AT}`, `t=${AT + 1}`), body }, [SECRET], AT),
        ).toBe('wrong')
        const at = 't=1764000000,v1='.length + (where % 64)
        const digit = header[at] === '0' ? '1' : '0'
        const forged = header.slice(0, at) + digit + header.slice(at + 1)
        expect(verifySignature({ header: forged, body }, [SECRET], AT)).toBe('wrong')
      }),
    )
  })

  test('anything else than one time and one to four signatures is malformed', () => {
    const mac = 'ab'.repeat(32)
    const headers = [
      null,
      undefined,
      '',
      't=1',
      `v1=${mac}`,
      `t=,v1=${mac}`,
      `t=-5,v1=${mac}`,
      `t=1,t=2,v1=${mac}`,
      't=1,v1=abcd',
      `t=1,v1=${mac.toUpperCase()}`,
      `t=1${`,v1=${mac}`.repeat(5)}`,
      `t=1,v1=${mac},${'x'.repeat(600)}`,
    ]
    for (const header of headers) {
      expect([header, verifySignature({ header, body: BODY }, [SECRET], 1)]).toEqual([header, 'malformed'])
    }
  })

  test('no header of any kind throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        expect(verifySignature({ header, body: BODY }, [SECRET], AT)).not.toBe('valid')
      }),
    )
  })
})
