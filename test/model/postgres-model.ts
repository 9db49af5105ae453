/**
 * As much of Postgres as the change stream can notice: transactions that write rows under locks, commit at a
 * position of the WAL, become visible some time after that (facts E6, E12, E16), and a slot that delivers them in
 * the order of their commits from the position that was acknowledged (fact E2).
 */
import type { Lsn } from '../../indexer/core/lsn.ts'
import type { Message, Relation } from '../../indexer/core/pgoutput.ts'

export type ItemRow = { readonly category: string; readonly value: number }

/** One change of one row, as it is applied when its transaction becomes visible. */
export type Effect =
  | { readonly kind: 'put'; readonly id: string; readonly row: ItemRow }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'rekey'; readonly from: string; readonly to: string; readonly row: ItemRow }
  | { readonly kind: 'rename'; readonly category: string; readonly name: string }
  | { readonly kind: 'truncate' }

type Transaction = {
  readonly xid: bigint
  readonly effects: { readonly effect: Effect; readonly lsn: Lsn }[]
  readonly locks: string[]
}

/** A message of the stream, and the position of the row change, which the indexer must not use. */
export type StreamMessage = { readonly message: Message; readonly changeLsn: Lsn }

type Committed = Transaction & { readonly commitLsn: Lsn; readonly endLsn: Lsn }

const RECORD_BYTES = 8n
const ITEMS_OID = 1
const CATEGORIES_OID = 2
/** Ids of transactions cross the border of 32 bits early, so that the stream's short ids wrap around. */
const FIRST_XID = (3n << 32n) - 4n

const relation = (oid: number, table: string, key: string): Relation => ({
  oid,
  schema: 'public',
  table,
  identity: 'd',
  columns: [{ name: key, isKey: true, typeOid: 20 }],
})

export class PostgresModel {
  /** What a read sees now. */
  readonly items = new Map<string, ItemRow>()
  readonly categories = new Map<string, string>()
  readonly #open: Transaction[] = []
  readonly #committed: Committed[] = []
  #invisible: Committed[] = []
  readonly #locks = new Set<string>()
  #nextXid = FIRST_XID
  #end: Lsn = 1_000n
  /** `confirmed_flush_lsn` of the slot. */
  confirmed: Lsn = 0n

  get walEnd(): Lsn {
    return this.#end
  }

  get openCount(): number {
    return this.#open.length
  }

  begin(): void {
    this.#open.push({ xid: this.#nextXid++, effects: [], locks: [] })
  }

  /** Write in one of the open transactions; refused where another holds a lock, as a writer would wait. */
  write(which: number, effect: Effect): boolean {
    const transaction = this.#open[which % Math.max(1, this.#open.length)]
    if (!transaction) return false
    const wanted = locksOf(effect, this.items)
    if (wanted.some((lock) => this.#locks.has(lock)) || !this.#isPossible(effect)) return false
    for (const lock of wanted) this.#locks.add(lock)
    transaction.locks.push(...wanted)
    transaction.effects.push({ effect, lsn: this.#advance() })
    return true
  }

  /** The commit record is in the WAL: the stream may deliver it from now on, reads do not see it yet. */
  commit(which: number): boolean {
    const at = which % Math.max(1, this.#open.length)
    const [transaction] = this.#open.splice(at, 1)
    if (!transaction) return false
    const commitLsn = this.#advance()
    const committed = { ...transaction, commitLsn, endLsn: this.#end }
    this.#committed.push(committed)
    this.#invisible.push(committed)
    return true
  }

  /** One of the committed transactions becomes visible, in any order. */
  show(which: number): boolean {
    const [transaction] = this.#invisible.splice(which % Math.max(1, this.#invisible.length), 1)
    if (!transaction) return false
    for (const { effect } of transaction.effects) this.#apply(effect)
    for (const lock of transaction.locks) this.#locks.delete(lock)
    return true
  }

  /** `pg_current_snapshot()`. */
  snapshot(): string {
    const running = [...this.#open, ...this.#invisible].map(({ xid }) => xid).sort((a, b) => (a < b ? -1 : 1))
    return `${running[0] ?? this.#nextXid}:${this.#nextXid}:${running.join(',')}`
  }

  /** `pg_current_xact_id()` of a transaction that ends at once. */
  assignXid(): bigint {
    return this.#nextXid++
  }

  xmin(): bigint {
    return BigInt(this.snapshot().split(':')[0] ?? '')
  }

  /** What a reader gets that starts now. A commit record that begins before the acknowledged position is skipped. */
  stream(): Generator<StreamMessage | null> {
    return streamFrom(this.#committed, this.confirmed)
  }

  #advance(): Lsn {
    const at = this.#end
    this.#end += RECORD_BYTES
    return at
  }

  #isPossible(effect: Effect): boolean {
    if (effect.kind === 'delete') return this.items.has(effect.id)
    if (effect.kind === 'rekey') return this.items.has(effect.from) && !this.items.has(effect.to)
    return true
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case 'put':
        this.items.set(effect.id, effect.row)
        return
      case 'delete':
        this.items.delete(effect.id)
        return
      case 'rekey':
        this.items.delete(effect.from)
        this.items.set(effect.to, effect.row)
        return
      case 'rename':
        this.categories.set(effect.category, effect.name)
        return
      case 'truncate':
        this.items.clear()
        return
      default:
        throw new Error(`effect not handled: ${effect satisfies never}`)
    }
  }
}

/** Ids that exist in a schedule; a truncate locks them all. */
export const ITEM_IDS: readonly string[] = ['1', '2', '3', '4', '5', '6']

function locksOf(effect: Effect, _items: ReadonlyMap<string, ItemRow>): string[] {
  switch (effect.kind) {
    case 'put':
    case 'delete':
      return [`item ${effect.id}`]
    case 'rekey':
      return [`item ${effect.from}`, `item ${effect.to}`]
    case 'rename':
      return [`category ${effect.category}`]
    case 'truncate':
      return ITEM_IDS.map((id) => `item ${id}`)
    default:
      throw new Error(`effect not handled: ${effect satisfies never}`)
  }
}

/** Yields null where nothing more has been committed yet; ask again later. */
function* streamFrom(committed: readonly Committed[], confirmed: Lsn): Generator<StreamMessage | null> {
  for (const described of [
    relation(ITEMS_OID, 'items', 'id'),
    relation(CATEGORIES_OID, 'categories', 'id'),
  ]) {
    yield { message: { tag: 'relation', relation: described }, changeLsn: 0n }
  }
  for (let at = 0; ; ) {
    const transaction = committed[at]
    if (!transaction) {
      yield null
      continue
    }
    at += 1
    if (transaction.commitLsn >= confirmed) yield* messagesOf(transaction)
  }
}

function* messagesOf({ xid, effects, commitLsn, endLsn }: Committed): Generator<StreamMessage> {
  const short = Number(xid & 0xffffffffn)
  yield { message: { tag: 'begin', finalLsn: commitLsn, commitMs: 0, xid: short }, changeLsn: commitLsn }
  for (const { effect, lsn } of effects) yield { message: messageOf(effect), changeLsn: lsn }
  yield { message: { tag: 'commit', lsn: commitLsn, endLsn, commitMs: 0 }, changeLsn: commitLsn }
}

function messageOf(effect: Effect): Message {
  switch (effect.kind) {
    case 'put':
      return { tag: 'update', oid: ITEMS_OID, before: null, row: [effect.id] }
    case 'delete':
      return { tag: 'delete', oid: ITEMS_OID, before: [effect.id] }
    case 'rekey':
      return { tag: 'update', oid: ITEMS_OID, before: [effect.from], row: [effect.to] }
    case 'rename':
      return { tag: 'update', oid: CATEGORIES_OID, before: null, row: [effect.category] }
    case 'truncate':
      return { tag: 'truncate', oids: [ITEMS_OID] }
    default:
      throw new Error(`effect not handled: ${effect satisfies never}`)
  }
}
