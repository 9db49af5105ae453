/**
 * From messages of the stream to what the indexer acts on: transactions begin and end, rows by key are dirty,
 * tables are emptied. Knows relations by oid; knows nothing about indices.
 */
import type { Lsn } from './lsn.ts'
import type { Message, Relation, Tuple } from './pgoutput.ts'

/** Values by column name; undefined columns were not sent. */
export type OutboxRow = Readonly<Record<string, string | null>>

export type Change =
  | { readonly kind: 'begin'; readonly lsn: Lsn; readonly xid: number; readonly commitMs: number }
  | { readonly kind: 'commit'; readonly lsn: Lsn; readonly endLsn: Lsn; readonly commitMs: number }
  /** `key` as text; a change of the key gives two, old and new. */
  | { readonly kind: 'dirty'; readonly table: string; readonly key: string }
  | { readonly kind: 'truncate'; readonly tables: readonly string[] }
  /** An insert into the outbox, in commit order, for the event relay. */
  | { readonly kind: 'event'; readonly row: OutboxRow }
  | { readonly kind: 'relation'; readonly relation: Relation }

/** Table to the column whose value is the key, as the mappings name it. */
export type KeyColumns = ReadonlyMap<string, string>

export type ChangeReader = (message: Message) => readonly Change[]

const NOTHING: readonly Change[] = []

/**
 * @param keys tables that some mapping watches; others are passed over
 * @param outbox name of the outbox table
 */
export function createChangeReader(keys: KeyColumns, outbox: string): ChangeReader {
  const relations = new Map<number, Relation>()
  const relationOf = (oid: number): Relation => {
    const relation = relations.get(oid)
    if (!relation) throw new Error(`stream: a change of relation ${oid} before its description`)
    return relation
  }
  const dirty = (relation: Relation, tuples: readonly (Tuple | null)[]): readonly Change[] => {
    const column = keys.get(relation.table)
    if (column === undefined) return NOTHING
    const found = new Set(tuples.flatMap((tuple) => (tuple ? [keyOf(relation, column, tuple)] : [])))
    return [...found].map((key) => ({ kind: 'dirty', table: relation.table, key }))
  }
  return (message) => {
    switch (message.tag) {
      case 'begin':
        return [{ kind: 'begin', lsn: message.finalLsn, xid: message.xid, commitMs: message.commitMs }]
      case 'commit':
        return [{ kind: 'commit', lsn: message.lsn, endLsn: message.endLsn, commitMs: message.commitMs }]
      case 'relation':
        relations.set(message.relation.oid, message.relation)
        return [{ kind: 'relation', relation: message.relation }]
      case 'insert': {
        const relation = relationOf(message.oid)
        if (relation.table === outbox) return [{ kind: 'event', row: namedRow(relation, message.row) }]
        return dirty(relation, [message.row])
      }
      case 'update':
        return dirty(relationOf(message.oid), [message.before, message.row])
      case 'delete':
        return dirty(relationOf(message.oid), [message.before])
      case 'truncate':
        return [{ kind: 'truncate', tables: message.oids.map((oid) => relationOf(oid).table) }]
      case 'message':
      case 'ignored':
        return NOTHING
      default:
        throw new Error(`message not handled: ${message satisfies never}`)
    }
  }
}

function keyOf(relation: Relation, column: string, tuple: Tuple): string {
  const value = tuple[relation.columns.findIndex((candidate) => candidate.name === column)]
  if (typeof value === 'string') return value
  throw new Error(
    `stream: ${relation.table}.${column} is not in the replica identity; it must be the primary key`,
  )
}

function namedRow(relation: Relation, tuple: Tuple): OutboxRow {
  return Object.fromEntries(
    relation.columns.flatMap((column, i) => {
      const value = tuple[i]
      return value === undefined ? [] : [[column.name, value] as const]
    }),
  )
}
