/** Prices as shops write them. */
import type { Random } from './random.ts'

/**
 * A believable price near an amount: 6.49, 24.95, 189.00, 1,299.00.
 * @param amount major units, > 0
 * @returns minor units
 */
export function believablePrice(amount: number, random: Random): number {
  if (amount < 10) return Math.max(1, Math.floor(amount)) * 100 + random.pick([29, 49, 79, 99])
  if (amount < 100) return Math.floor(amount) * 100 + random.pick([99, 99, 95, 90, 49])
  if (amount < 500)
    return (Math.floor(amount / 10) * 10 + random.pick([5, 9, 9])) * 100 + random.pick([0, 0, 95, 99])
  return (Math.round(amount / 50) * 50 - 1) * 100
}
