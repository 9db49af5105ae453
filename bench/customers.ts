/** Customers of a benchmark: tokens that the processes of its place take, and an address of each. */
import { join } from 'node:path'
import { signingKeys } from '../src/auth/signing-key.ts'
import { createTokens, TOKEN_ISSUER } from '../src/auth/token.ts'
import { CHECKOUT } from '../stack/state.ts'
import type { Customer, HoldPlan, HoldResult } from './hold-client.ts'
import type { Place } from './place.ts'
import { run } from './processes.ts'

const HOLD_CLIENT = join(CHECKOUT, 'bench/hold-client.ts')
/** A benchmark is no customer: what a limit costs is measured, what it refuses is not. */
export const UNLIMITED = { AISLE_HOLD_RATE: '1000000', AISLE_HOLD_ADDRESS_RATE: '1000000' }

/** @param group others than those of another group */
export async function customersOf(
  { setting, names }: Place,
  count: number,
  group = 'all',
): Promise<Customer[]> {
  const tokens = createTokens({
    keys: signingKeys(setting.secrets.auth_key.split(',')),
    issuer: TOKEN_ISSUER,
    audience: names.namespace,
    now: () => Date.now() / 1_000,
  })
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      authorization: `Bearer ${(await tokens.issue(`guest:${group}-${i}`, 'guest')).token}`,
      address: `100.64.${i >> 8}.${i & 255}`,
    })),
  )
}

export async function callForHolds({ setting }: Place, plan: HoldPlan): Promise<HoldResult> {
  return JSON.parse(await run(setting, [HOLD_CLIENT], {}, JSON.stringify(plan))) as HoldResult
}

/** A cart of one unit of each. */
export function cartOf(...skus: readonly string[]): string {
  return JSON.stringify({ lines: skus.map((sku) => ({ sku, qty: 1 })) })
}

/** Items that are sold, with so many units of each. */
export async function stockItems({ pool }: Place, skus: readonly string[], units: number): Promise<void> {
  await pool.query(
    `insert into categories (category_id, slug, name) values (1, 'all', 'All') on conflict do nothing`,
  )
  await pool.query(
    `insert into items (sku, name, category_id, price_minor, currency)
     select u.sku, u.sku, 1, 1000, 'EUR' from unnest($1::text[]) as u (sku)`,
    [skus],
  )
  await pool.query(
    `select from inv.receive($1::text[], array_fill(1::smallint, array[$2::integer]),
                             array_fill($3::integer, array[$2::integer]), 'bench', null)`,
    [skus, skus.length, units],
  )
}
