/**
 * Money in rows: minor units as a number. A bigint comes from pg as text; sums of an order stay below 2^53, because
 * a price above 9,007,199,254 minor units is not sold (migration 0011), so a double holds them exactly.
 */

/** SQL of a bigint column of minor units as a number. @param column name in SQL, never a value */
export function moneyOf(column: string): string {
  return `${column}::float8`
}
