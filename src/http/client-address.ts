/**
 * Who sent a request: the peer, or whom a trusted proxy names in `X-Forwarded-For`. From anybody else the header is
 * a claim: believed, one client could pose as any number.
 */
import { BlockList, isIP } from 'node:net'

/**
 * @param peer address of the other end of the connection
 * @param forwardedFor the header as received
 * @returns IPv4 address, or the /64 block of an IPv6 one, which is what one subscriber has; null: the proxy itself,
 *   or something before it that is trusted as well
 */
export type ClientOf = (peer: string, forwardedFor: string | undefined) => string | null

/** Blocks of IPv6 are written by four of the eight groups. */
const BLOCK_GROUPS = 4
const GROUPS = 8

/** @param trusted addresses, and networks such as `10.0.0.0/8`; checked by the configuration */
export function createClientOf(trusted: readonly string[]): ClientOf {
  const proxies = new BlockList()
  for (const entry of trusted) {
    const [network = '', bits] = entry.split('/')
    const family = familyOf(network)
    if (bits === undefined) proxies.addAddress(network, family)
    else proxies.addSubnet(network, Number(bits), family)
  }
  const isTrusted = (address: string) => proxies.check(address, familyOf(address))
  return (peer, forwardedFor) => {
    let client = plain(peer)
    if (isIP(client) === 0) return null // a socket that has gone
    // From the right: each trusted hop vouches for the one before it, and nobody for what stands further left.
    const hops = forwardedFor?.split(',') ?? []
    while (isTrusted(client)) {
      const before = plain(hops.pop()?.trim() ?? '')
      if (before === '') return null
      if (isIP(before) === 0) break // no address: the proxy that passed it on answers for it
      client = before
    }
    return isIP(client) === 6 ? blockOf(client) : client
  }
}

/** Without the prefix of an IPv4 address that came over an IPv6 socket, and without a zone. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address.replace(/%.*$/, '')
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}

/** `2001:db8::1` becomes `2001:db8:0:0`. */
function blockOf(address: string): string {
  const [head = '', tail] = address
    .toLowerCase()
    .replace(/\d+\.\d+\.\d+\.\d+$/, '0:0')
    .split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : GROUPS - left.length - right.length
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return groups
    .slice(0, BLOCK_GROUPS)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
