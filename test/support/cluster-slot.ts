/** Where a Redis Cluster keeps a key. Source: Redis Cluster specification, key distribution model and hash tags. */

const SLOTS = 16_384
const POLYNOMIAL = 0x1021

/** @returns 0..16383 */
export function clusterSlot(key: string): number {
  const open = key.indexOf('{')
  const close = open === -1 ? -1 : key.indexOf('}', open)
  const tag = close > open + 1 ? key.slice(open + 1, close) : key
  return crc16(Buffer.from(tag)) % SLOTS
}

/** CRC-16/XMODEM. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}
