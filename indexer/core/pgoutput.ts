/**
 * The subset of pgoutput (protocol version 1, with messages) that the indexer needs: which keys changed in which
 * transaction. Values of columns are not used (rows are read again), but for inserts into an outbox table.
 * Source: PostgreSQL documentation, "Logical Replication Message Formats".
 */
import { POSTGRES_EPOCH_US } from './frames.ts'
import type { Lsn } from './lsn.ts'

export type Column = { readonly name: string; readonly isKey: boolean; readonly typeOid: number }

export type Relation = {
  readonly oid: number
  readonly schema: string
  readonly table: string
  /** d default, n nothing, f full, i index */
  readonly identity: string
  readonly columns: readonly Column[]
}

/** A column value: text, null, or undefined when it was not sent (unchanged and stored out of line). */
export type Value = string | null | undefined
export type Tuple = readonly Value[]

export type Message =
  | { readonly tag: 'begin'; readonly finalLsn: Lsn; readonly commitMs: number; readonly xid: number }
  | { readonly tag: 'commit'; readonly lsn: Lsn; readonly endLsn: Lsn; readonly commitMs: number }
  | { readonly tag: 'relation'; readonly relation: Relation }
  | { readonly tag: 'insert'; readonly oid: number; readonly row: Tuple }
  /** `before` holds the key columns when the key changed (or all with identity full), else null. */
  | { readonly tag: 'update'; readonly oid: number; readonly before: Tuple | null; readonly row: Tuple }
  | { readonly tag: 'delete'; readonly oid: number; readonly before: Tuple }
  | { readonly tag: 'truncate'; readonly oids: readonly number[] }
  | { readonly tag: 'message'; readonly prefix: string; readonly lsn: Lsn; readonly content: string }
  | { readonly tag: 'ignored' }

/** Reads one message from its bytes. */
class Cursor {
  readonly #bytes: Buffer
  #at = 1
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  u8(): number {
    return this.#bytes.readUInt8(this.#at++)
  }
  u16(): number {
    this.#at += 2
    return this.#bytes.readUInt16BE(this.#at - 2)
  }
  u32(): number {
    this.#at += 4
    return this.#bytes.readUInt32BE(this.#at - 4)
  }
  lsn(): Lsn {
    this.#at += 8
    return this.#bytes.readBigUInt64BE(this.#at - 8)
  }
  /** ms since 1970, with fractions */
  time(): number {
    this.#at += 8
    return Number(this.#bytes.readBigInt64BE(this.#at - 8) + POSTGRES_EPOCH_US) / 1000
  }
  text(length: number): string {
    this.#at += length
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }
  /** Text up to a zero byte. */
  name(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    if (end < 0) throw new RangeError('pgoutput: a name without end')
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }
}

const IGNORED = { tag: 'ignored' } as const

/** Letter to reader, as in the table of the documentation. */
const READERS: Readonly<Record<string, (cursor: Cursor) => Message>> = {
  B: (c) => ({ tag: 'begin', finalLsn: c.lsn(), commitMs: c.time(), xid: c.u32() }),
  C: (c) => {
    c.u8() // flags, unused by Postgres
    return { tag: 'commit', lsn: c.lsn(), endLsn: c.lsn(), commitMs: c.time() }
  },
  R: readRelation,
  I: (c) => {
    const oid = c.u32()
    c.u8() // N
    return { tag: 'insert', oid, row: readTuple(c) }
  },
  U: readUpdate,
  D: (c) => {
    const oid = c.u32()
    c.u8() // K or O
    return { tag: 'delete', oid, before: readTuple(c) }
  },
  T: (c) => {
    const count = c.u32()
    c.u8() // options: cascade, restart identity
    return { tag: 'truncate', oids: Array.from({ length: count }, () => c.u32()) }
  },
  M: (c) => {
    c.u8() // flags: transactional
    const lsn = c.lsn()
    const prefix = c.name()
    return { tag: 'message', lsn, prefix, content: c.text(c.u32()) }
  },
  Y: () => IGNORED,
  O: () => IGNORED,
}

/**
 * @param payload one message; read at once, because the bytes belong to the socket
 * @throws Error for a letter outside the subset: going on would lose a change
 * @throws RangeError for a message that ends too early
 */
export function decodeMessage(payload: Buffer): Message {
  const letter = String.fromCharCode(payload[0] ?? 0)
  const read = READERS[letter]
  if (!read) throw new Error(`pgoutput: unknown message type ${JSON.stringify(letter)} (${payload[0]})`)
  return read(new Cursor(payload))
}

function readRelation(c: Cursor): Message {
  const oid = c.u32()
  const schema = c.name()
  const table = c.name()
  const identity = String.fromCharCode(c.u8())
  const columns = Array.from({ length: c.u16() }, () => {
    const isKey = (c.u8() & 1) === 1
    const name = c.name()
    const typeOid = c.u32()
    c.u32() // type modifier
    return { name, isKey, typeOid }
  })
  return { tag: 'relation', relation: { oid, schema, table, identity, columns } }
}

function readUpdate(c: Cursor): Message {
  const oid = c.u32()
  const kind = String.fromCharCode(c.u8())
  if (kind === 'N') return { tag: 'update', oid, before: null, row: readTuple(c) }
  const before = readTuple(c)
  c.u8() // N
  return { tag: 'update', oid, before, row: readTuple(c) }
}

function readTuple(c: Cursor): Tuple {
  return Array.from({ length: c.u16() }, () => {
    const kind = String.fromCharCode(c.u8())
    switch (kind) {
      case 'n':
        return null
      case 'u':
        return undefined
      case 't':
        return c.text(c.u32())
      default:
        throw new Error(`pgoutput: column of unknown kind ${JSON.stringify(kind)}`)
    }
  })
}
