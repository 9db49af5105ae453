/** What a page says when a hold could not be made or changed. Names instead of skus; what is wrong with each line it says there. */
import type { Notice } from '../../web/pages/ordering-layout.ts'
import type { HoldOutcome } from '../orders/hold-answer.ts'
import type { HoldObstacle } from '../orders/own-holds.ts'
import type { Refusal, RefusalReason } from '../orders/types.ts'

/** Name of an item by its sku. */
export type NameOf = (sku: string) => string

type NotHeld = Exclude<HoldOutcome, { readonly outcome: 'held' }>

const WORDS: Readonly<Record<RefusalReason, (what: string) => string>> = {
  SOLD_OUT: (what) => `Sold out: somebody else was faster with ${what}. Nothing is held.`,
  PARTIAL: (what) => `There are not enough units left of ${what}. Nothing is held yet.`,
  QUEUE: (what) => `Others wait for ${what} and come first. Nothing is held.`,
  LIMIT: (what) => `One customer may not have so many of ${what}. Nothing is held.`,
  PRICE_CHANGED: (what) =>
    `The price of ${what} has just changed. Nothing is held: look at the new price first.`,
  ABANDONED: () => 'This took too long and was given up. Nothing is held; please try again.',
  UNKNOWN_SKU: (what) => `There is no stock of ${what} any more. Nothing is held.`,
  NOT_FOR_SALE: (what) => `Not for sale any more: ${what}. Nothing is held.`,
  MIXED_CURRENCY: () => 'These are sold in different currencies. Hold them one after the other.',
}

const OBSTACLES: Readonly<Record<HoldObstacle, string>> = {
  EXPIRED: 'That came too late: the time of this hold is over.',
  RELEASED: 'This hold was given back before.',
  ABANDONED: 'There is no such hold any more.',
  ALREADY_PAID: 'This is paid already.',
  IN_PROGRESS: 'A payment is under way. Please wait until it is decided.',
  EXTEND_REFUSED: 'This hold cannot be made longer: it has its longest time, or others are waiting.',
}

export function notHeldNotice(outcome: NotHeld, nameOf: NameOf): Notice {
  switch (outcome.outcome) {
    case 'refused':
      return { kind: 'warn', text: refusalText(outcome.refusal, nameOf) }
    case 'invalid':
      return { kind: 'warn', text: 'A quantity cannot be used. Nothing is held.' }
    case 'reused':
      return { kind: 'warn', text: 'This page was used before. Please look at the quantities and try again.' }
    case 'overloaded':
      return {
        kind: 'warn',
        text: 'Very many people are buying at this second. Nothing is held; please try again.',
      }
    case 'unavailable':
      return {
        kind: 'warn',
        text: 'The shop cannot hold anything at the moment. Please try again in some seconds: if it was held after all, you will see it then.',
      }
    default:
      throw new Error(`outcome not handled: ${outcome satisfies never}`)
  }
}

export function obstacleNotice(reason: HoldObstacle): Notice {
  return { kind: 'warn', text: OBSTACLES[reason] }
}

function refusalText({ reason, lines, prices }: Refusal, nameOf: NameOf): string {
  const skus = prices ? prices.map((price) => price.sku) : lines.map((line) => line.sku)
  return WORDS[reason](listed([...new Set(skus)].map(nameOf)))
}

/** `A`, `A and B`, `A, B and 3 others`. */
function listed(names: readonly string[]): string {
  const [first = 'something', second, ...others] = names
  if (second === undefined) return first
  return others.length === 0 ? `${first} and ${second}` : `${first}, ${second} and ${others.length} others`
}
