/** Which locations give the units of a cart: the function in SQL against the rule in TypeScript. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { putLocation } from '../../src/postgres/inv/locations.ts'
import { setSafety } from '../../src/postgres/inv/stock.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, openDesk } from '../support/order-desk.ts'
import { chooseSeed } from '../support/seed.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('reserve_loc')
const desk = openDesk(pool)

/** Location to its rank; 4 does not sell. */
const RANKS: Readonly<Record<number, number>> = { 1: 100, 2: 50, 3: 100 }
const SKUS = ['loc-a', 'loc-b', 'loc-c']
await putLocation(pool, { loc: 2, name: 'near', sellable: true, rank: 50 })
await putLocation(pool, { loc: 3, name: 'far', sellable: true, rank: 100 })
await putLocation(pool, { loc: 4, name: 'repairs', sellable: false, rank: 1 })

/** Units by SKU and location. */
type Shelves = Map<string, Map<number, number>>
type Lines = readonly { readonly sku: string; readonly qty: number }[]

/** The rule of the order design, section 5: whoever covers most of what is left gives it, again and again. */
function sources(before: Shelves, lines: Lines, region: readonly number[]): string[] {
  const shelves = structuredClone(before)
  const left = new Map(lines.map(({ sku, qty }) => [sku, qty]))
  const liking = (loc: number) => (region.includes(loc) ? region.indexOf(loc) : region.length)
  const places = Object.keys(RANKS).map(Number)
  places.sort((a, b) => liking(a) - liking(b) || (RANKS[a] ?? 0) - (RANKS[b] ?? 0) || a - b)
  const given: string[] = []
  while ([...left.values()].some((qty) => qty > 0)) {
    const units = (loc: number, sku: string) =>
      Math.max(0, Math.min(left.get(sku) ?? 0, shelves.get(sku)?.get(loc) ?? 0))
    const cover = (loc: number) => lines.reduce((sum, { sku }) => sum + units(loc, sku), 0)
    const best = places.reduce((a, b) => (cover(b) > cover(a) ? b : a))
    for (const { sku } of lines) {
      const qty = units(best, sku)
      if (qty > 0) given.push(`${qty} ${sku} from ${best}`)
      left.set(sku, (left.get(sku) ?? 0) - qty)
      shelves.get(sku)?.set(best, (shelves.get(sku)?.get(best) ?? 0) - qty)
    }
  }
  return given.sort()
}

const shelvesOf = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 9, maxLength: 9 })
const cartOf = fc.record({
  wanted: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }),
  region: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
})

/** The case's shelves in a database where no unit is held: SKUs of their own, so that nothing has to be undone. */
async function stock(counts: readonly number[], run: string): Promise<Shelves> {
  const units = counts.map((qty, at) => ({
    sku: `${SKUS[Math.floor(at / 3)]}-${run}`,
    loc: (at % 3) + 1,
    qty,
  }))
  await stockShop(pool, Object.fromEntries(SKUS.map((sku) => [`${sku}-${run}`, { units: 0 }])))
  const there = units.filter(({ qty }) => qty > 0)
  await pool.query('select from inv.receive($1::text[], $2::smallint[], $3::integer[], null, null)', [
    there.map(({ sku }) => sku),
    there.map(({ loc }) => loc),
    there.map(({ qty }) => qty),
  ])
  const shelves: Shelves = new Map()
  for (const { sku, loc, qty } of units) shelves.set(sku, (shelves.get(sku) ?? new Map()).set(loc, qty))
  return shelves
}

test('carts of one batch come from the locations of the rule, with fewest splits first', async () => {
  const carts = fc.array(cartOf, { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(shelvesOf, carts, async (counts, wishes) => {
      const run = randomUUID()
      const shelves = await stock(counts, run)
      const batch = wishes.map(({ wanted, region }) => {
        const lines = SKUS.map((sku, at) => ({ sku: `${sku}-${run}`, qty: wanted[at] ?? 0 })).filter(
          ({ qty }) => qty > 0,
        )
        return cartFor(Object.fromEntries(lines.map(({ sku, qty }) => [sku, qty])), { region })
      })
      const answers = await desk.reserve(...batch)
      for (const [at, cart] of batch.entries()) {
        const units = (sku: string) =>
          [...(shelves.get(sku)?.values() ?? [])].reduce((sum, qty) => sum + qty, 0)
        const isThere = cart.lines.length > 0 && cart.lines.every(({ sku, qty }) => units(sku) >= qty)
        const answer = answers[at]
        expect(answer?.outcome).toBe(isThere ? 'OK' : 'REFUSED')
        if (answer?.outcome !== 'OK') continue
        expect(answer.lines.map(({ sku, qty, loc }) => `${qty} ${sku} from ${loc}`).sort()).toEqual(
          sources(shelves, cart.lines, cart.region),
        )
        for (const { sku, loc, qty } of answer.lines)
          shelves.get(sku)?.set(loc, (shelves.get(sku)?.get(loc) ?? 0) - qty)
      }
    }),
    { seed: chooseSeed('locations'), numRuns: 150 },
  )
  expect(await desk.breaches()).toEqual([])
})

test('units that do not sell and units kept for safety are not available', async () => {
  await stockShop(pool, { 'loc-kept': { units: 5 } })
  await pool.query(`select from inv.receive('{loc-kept,loc-kept}', '{2,4}', '{4,90}', null, null)`)
  await desk.within((tx) =>
    setSafety(tx, { sku: 'loc-kept', loc: 1, safety: 7 }, { reason: 'r', actor: 'a' }),
  )
  const [refused, held] = await desk.reserve(cartFor({ 'loc-kept': 3 }), cartFor({ 'loc-kept': 2 }))
  expect(refused).toMatchObject({ refusal: { lines: [{ available: 2 }] } })
  expect(held).toMatchObject({ outcome: 'OK', lines: [{ loc: 2, qty: 2 }] })
  const change = (await desk.events('stock', 'loc-kept')).at(-1)
  expect(change?.payload).toMatchObject({ d: -2, available: 0 })
})
