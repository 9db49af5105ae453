/** Numbers, prices and words as a shopper reads them. */

import type { Availability } from '../../src/catalog/item.ts'
import type { PriceBounds } from './links.ts'

export type Format = {
  /** BCP 47. */
  readonly locale: string
  /** Minor units to text with the sign of the currency. */
  price(minor: number, currency: string): string
  number(value: number): string
  /** Of a currency: how many minor units make one major unit, such as 100. */
  minorPerMajor(currency: string): number
  priceRange(bounds: PriceBounds, currency: string): string
  date(iso: string): string
  /** Of a day, in UTC, which the text says: where a shopper is only their browser knows, and its script writes that. */
  time(iso: string): string
  dateTime(iso: string): string
  /** Such as `9:41`. */
  duration(ms: number): string
}

/** @param locale BCP 47 */
export function createFormat(locale: string): Format {
  const currencies = new Map<string, Intl.NumberFormat>()
  const numbers = new Intl.NumberFormat(locale)
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' })
  const ofDay = { hour: '2-digit', minute: '2-digit', timeZone: 'UTC', timeZoneName: 'short' } as const
  const times = new Intl.DateTimeFormat(locale, ofDay)
  const datesAndTimes = new Intl.DateTimeFormat(locale, {
    ...{ day: 'numeric', month: 'short', year: 'numeric' },
    ...ofDay,
  })
  const ofCurrency = (currency: string) => {
    const found = currencies.get(currency) ?? new Intl.NumberFormat(locale, { style: 'currency', currency })
    currencies.set(currency, found)
    return found
  }
  const minorPerMajor = (currency: string) =>
    10 ** (ofCurrency(currency).resolvedOptions().maximumFractionDigits ?? 2)
  const price = (minor: number, currency: string) =>
    ofCurrency(currency).format(minor / minorPerMajor(currency))
  return {
    locale,
    price,
    number: (value) => numbers.format(value),
    minorPerMajor,
    priceRange({ min, max }, currency) {
      if (min === null && max === null) return 'Any price'
      if (min === null) return `Up to ${price(max ?? 0, currency)}`
      return max === null
        ? `${price(min, currency)} and more`
        : `${price(min, currency)} to ${price(max, currency)}`
    },
    date: (iso) => dates.format(new Date(iso)),
    time: (iso) => times.format(new Date(iso)),
    dateTime: (iso) => datesAndTimes.format(new Date(iso)),
    duration(ms) {
      const seconds = Math.max(0, Math.floor(ms / 1_000))
      return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
    },
  }
}

export const AVAILABILITY_WORDS: Readonly<Record<Availability, string>> = {
  in_stock: 'In stock',
  low: 'Only a few left',
  out_of_stock: 'Out of stock',
}

/** In place of a price. */
export const NO_PRICE = 'Price on request'
