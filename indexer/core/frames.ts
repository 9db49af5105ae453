/**
 * Frames of the streaming replication protocol inside CopyData: what the server sends around the pgoutput
 * messages, and the status that the client answers.
 * Source: PostgreSQL documentation, "Streaming Replication Protocol".
 */
import type { Lsn } from './lsn.ts'

/** `payload` is a view of the given chunk: read it before the next chunk arrives. */
export type Frame =
  | { readonly kind: 'data'; readonly start: Lsn; readonly end: Lsn; readonly payload: Buffer }
  | { readonly kind: 'keepalive'; readonly end: Lsn; readonly replyRequested: boolean }

const DATA = 0x77 // w
const KEEPALIVE = 0x6b // k
const STATUS = 0x72 // r
const DATA_HEADER_BYTES = 25
const STATUS_BYTES = 34

/** Microseconds between 1970-01-01 and 2000-01-01, the zero of Postgres's clock. */
export const POSTGRES_EPOCH_US = 946_684_800_000_000n

/** @throws Error for a frame that the protocol does not have */
export function parseFrame(chunk: Buffer): Frame {
  switch (chunk[0]) {
    case DATA:
      return {
        kind: 'data',
        start: chunk.readBigUInt64BE(1),
        end: chunk.readBigUInt64BE(9),
        payload: chunk.subarray(DATA_HEADER_BYTES),
      }
    case KEEPALIVE:
      return { kind: 'keepalive', end: chunk.readBigUInt64BE(1), replyRequested: chunk[17] === 1 }
    default:
      throw new Error(`replication: frame of unknown type ${chunk[0]}`)
  }
}

/**
 * Standby status. `durable` goes into flush and apply: the server may forget everything before it.
 * @param durable exact end LSN of the last commit that is done, never one more (fact E2)
 * @param nowMs client clock, ms since 1970
 * @param reply ask the server to answer at once, which proves that it is alive
 */
export function statusFrame(received: Lsn, durable: Lsn, nowMs: number, reply: boolean): Buffer {
  const frame = Buffer.alloc(STATUS_BYTES)
  frame[0] = STATUS
  frame.writeBigUInt64BE(received, 1)
  frame.writeBigUInt64BE(durable, 9)
  frame.writeBigUInt64BE(durable, 17)
  frame.writeBigInt64BE(BigInt(Math.trunc(nowMs)) * 1000n - POSTGRES_EPOCH_US, 25)
  frame[33] = reply ? 1 : 0
  return frame
}
