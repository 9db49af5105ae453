/**
 * Stock of a SKU for the people who keep it: looked at, received, corrected, moved, and the rules of selling it. No
 * change takes away what is promised (I1); each has who and why in the ledger.
 */
import { orUnavailable } from '../orders/unavailable.ts'
import { readHolds } from '../postgres/inv/holds.ts'
import { isItem, readInventory, readShelves, type ShelfRow } from '../postgres/inv/inventory.ts'
import { type LedgerRow, readLedger } from '../postgres/inv/ledger.ts'
import { areLocations } from '../postgres/inv/locations.ts'
import {
  changeSkuRules,
  readSkuRules,
  type SkuRules,
  type SkuRulesChange,
} from '../postgres/inv/sku-rules.ts'
import { adjustStock, readPromises, receiveStock, setSafety, transferStock } from '../postgres/inv/stock.ts'
import type { PoolClient } from '../postgres/pool.ts'
import { type Acting, act, type Change, notPossible, type Refusal, unknown } from './acting.ts'
import { type DeskParts, type PageAsked, pageOf } from './desk-parts.ts'
import { followUp } from './follow-up.ts'

export type StockView = {
  readonly sku: string
  /** Signed: safety stock may be above what is there. */
  readonly available: number
  readonly ver: number
  /** People waiting or offered. */
  readonly queue: number
  readonly rules: SkuRules
  readonly shelves: readonly Omit<ShelfRow, 'sku'>[]
}

/** Dates as ISO 8601. */
export type LedgerLine = Omit<LedgerRow, 'at'> & { readonly at: string }

/** Exactly one of them. `receive` >= 1; `d_on_hand` signed, not 0; `safety` >= 0. */
export type StockChange = { readonly loc: number } & (
  | { readonly receive: number }
  | { readonly d_on_hand: number; readonly release_holds: boolean }
  | { readonly safety: number }
)

/** `released`: ids of holds that had to give way. */
export type StockChanged = {
  readonly sku: string
  readonly ver: number
  readonly released: readonly string[]
}

export type Move = { readonly sku: string; readonly from: number; readonly to: number; readonly qty: number }

export type StockDesk = {
  /** @returns null: no stock is kept of it */
  read(sku: string): Promise<StockView | null>
  /** Youngest first. */
  ledger(
    sku: string,
    page: PageAsked,
  ): Promise<{ readonly ledger: readonly LedgerLine[]; readonly next: string | null }>
  change(acting: Acting, sku: string, change: StockChange): Promise<Change<StockChanged>>
  transfer(acting: Acting, move: Move): Promise<Change<StockChanged>>
  changeRules(acting: Acting, sku: string, change: SkuRulesChange): Promise<Change<SkuRules>>
}

/** Holds that move while those that give way are chosen: so many tries. */
const TRIES = 3
const PROMISES_TOLD = 20

type Changed = { readonly answer: StockChanged; readonly touched: readonly string[] }

/** All of it throws OrderingUnavailable when Postgres does not answer. */
export function createStockDesk(parts: DeskParts): StockDesk {
  const { pool } = parts
  return {
    read: (sku) => orUnavailable(() => stockOf(parts, sku)),
    ledger: (sku, { before, limit }) =>
      orUnavailable(async () => {
        const rows = await readLedger(pool, sku, { before: placeOf(before), limit: limit + 1 })
        const { shown, next } = pageOf(rows, limit, ({ ver, loc }) => `${ver}.${loc}`)
        return { ledger: shown.map((row) => ({ ...row, at: row.at.toISOString() })), next }
      }),
    async change(acting, sku, change) {
      let touched: readonly string[] = []
      const once = () =>
        act<StockChanged>(
          pool,
          acting,
          { what: whatOf(change), target: sku, request: change },
          async (tx) => {
            const changed = await changeOnce(tx, acting, sku, change)
            if ('touched' in changed) touched = changed.touched
            return changed
          },
        )
      let outcome = await once()
      for (let tries = 1; isInProgress(outcome) && tries < TRIES; tries += 1) outcome = await once()
      await followUp(parts, touched)
      return outcome
    },
    async transfer(acting, move) {
      const action = { what: 'stock.transfer', target: move.sku, request: move }
      const outcome = await act<StockChanged>(pool, acting, action, async (tx) => {
        if (!(await areLocations(tx, [move.from, move.to]))) return unknown('location')
        const ver = await transferStock(tx, move, acting)
        return ver === null
          ? notPossible('TRANSFER_BELOW_PROMISED')
          : { answer: { sku: move.sku, ver, released: [] } }
      })
      await followUp(parts, [move.sku])
      return outcome
    },
    async changeRules(acting, sku, change) {
      const action = { what: 'sku.rules', target: sku, request: change }
      const outcome = await act<SkuRules>(pool, acting, action, async (tx) => {
        if (!(await isItem(tx, sku)) && (await readSkuRules(tx, sku)) === null) return unknown('sku')
        return { answer: await changeSkuRules(tx, sku, change) }
      })
      await followUp(parts, [sku])
      return outcome
    },
  }
}

async function stockOf({ pool }: DeskParts, sku: string): Promise<StockView | null> {
  const [[known], shelves, rules] = await Promise.all([
    readInventory(pool, [sku]),
    readShelves(pool, [sku]),
    readSkuRules(pool, sku),
  ])
  if (!known || rules === null) return null
  const { available, ver, queue } = known
  return { sku, available, ver, queue, rules, shelves: shelves.map(({ sku: _sku, ...shelf }) => shelf) }
}

function whatOf(change: StockChange): string {
  if ('receive' in change) return 'stock.receive'
  return 'safety' in change ? 'stock.safety' : 'stock.adjust'
}

async function changeOnce(
  tx: PoolClient,
  because: Acting,
  sku: string,
  change: StockChange,
): Promise<Changed | { readonly refusal: Refusal }> {
  const { loc } = change
  const changed = (ver: number): Changed => ({ answer: { sku, ver, released: [] }, touched: [sku] })
  if ('receive' in change) {
    if (!(await isItem(tx, sku))) return unknown('sku')
    if (!(await areLocations(tx, [loc]))) return unknown('location')
    const [step] = await receiveStock(tx, [{ sku, loc, qty: change.receive }], because)
    return changed(step?.ver ?? 0)
  }
  if ('safety' in change) {
    const ver = await setSafety(tx, { sku, loc, safety: change.safety }, because)
    return ver === null ? unknown('stock') : changed(ver)
  }
  return await adjusted(tx, because, { sku, ...change })
}

async function adjusted(
  tx: PoolClient,
  because: Acting,
  change: Parameters<typeof adjustStock>[1],
): Promise<Changed | { readonly refusal: Refusal }> {
  const { sku, loc } = change
  const done = await adjustStock(tx, change, because)
  switch (done.outcome) {
    case 'ADJUSTED': {
      const holds = await readHolds(tx, done.released)
      const touched = new Set([sku, ...holds.flatMap((hold) => hold.lines.map((line) => line.sku))])
      return { answer: { sku, ver: done.ver, released: done.released }, touched: [...touched] }
    }
    case 'ADJUST_BELOW_PROMISED': {
      const promises = await readPromises(tx, { sku, loc }, PROMISES_TOLD)
      return { refusal: { outcome: 'not_possible', reason: 'ADJUST_BELOW_PROMISED', promises } }
    }
    case 'MOVED':
      return notPossible('IN_PROGRESS')
    case 'UNKNOWN_STOCK':
      return unknown('stock')
    default:
      throw new Error(`outcome not handled: ${done satisfies never}`)
  }
}

function isInProgress(outcome: Change<unknown>): boolean {
  return outcome.outcome === 'not_possible' && outcome.reason === 'IN_PROGRESS'
}

/** `ver.loc` of the last row seen. */
function placeOf(before: string | null): { readonly ver: number; readonly loc: number } | null {
  if (before === null) return null
  const [ver = 0, loc = 0] = before.split('.').map(Number)
  return { ver, loc }
}
