import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClientOf } from './client-address.ts'

const clientOf = createClientOf(['127.0.0.0/8', '::1', '10.0.0.0/8', 'fd00::/8'])

test.each([
  ['a stranger is who it connects as, whatever it says', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a trusted proxy names the client', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['what stands left of the client is its own claim', '127.0.0.1', '8.8.8.8, 198.51.100.1', '198.51.100.1'],
  ['a chain of trusted proxies is walked to its end', '::1', '198.51.100.1, 10.1.2.3', '198.51.100.1'],
  ['a proxy without a client is nobody', '127.0.0.1', undefined, null],
  ['nor is a chain of nothing but proxies', '127.0.0.1', '10.0.0.1,10.0.0.2', null],
  ['what is no address counts for the proxy that passed it on', '10.0.0.7', 'unknown', '10.0.0.7'],
  ['IPv4 over an IPv6 socket is IPv4', '::ffff:203.0.113.9', undefined, '203.0.113.9'],
  ['and trusted as such', '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['IPv6 counts by its /64', '2001:DB8:0:7::1', undefined, '2001:db8:0:7'],
  ['and so does the neighbour in it', '2001:db8:0:7:ffff::2', undefined, '2001:db8:0:7'],
  ['the zone of an address does not make it another', 'fe80::1%eth0', undefined, 'fe80:0:0:0'],
  ['a trailing IPv4 part is two groups', '64:ff9b::192.0.2.33', undefined, '64:ff9b:0:0'],
  ['a socket that has gone is nobody', '', '198.51.100.1', null],
] as const)('who sent it: %s', (_, peer, forwardedFor, client) => {
  expect(clientOf(peer, forwardedFor)).toBe(client)
})

test('no header makes a stranger anybody else', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.string(), (peer, header) => {
      fc.pre(!/^(10|127)\./.test(peer))
      expect(clientOf(peer, header)).toBe(peer)
    }),
  )
})

test('all spellings of one IPv6 network are one client', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const client = clientOf(address, undefined)
      if (client !== null && client.includes(':')) {
        expect(client.split(':')).toHaveLength(4)
        expect(clientOf(`${client}::`, undefined)).toBe(client)
      }
    }),
  )
})
