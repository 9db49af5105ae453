/**
 * T18: the protocol between the gate and Postgres under random schedules, and two traces for what schedules do not tell
 * apart. The rules are those of the scripts (`gate-reference.ts`); each of them is left out once and then missed.
 */
import { describe, expect, test } from 'vitest'
import type { Line } from '../../src/orders/types.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { randomBy } from '../support/random.ts'
import { GateReference, type ScriptMutant } from './gate-reference.ts'
import { GateWorld, type Mutant, type WorldOptions } from './gate-world.ts'
import { StockTruth, type TruthMutant } from './stock-truth.ts'

const SEEDS = IS_SOAK ? 100_000 : 2_000
const MUTANT_SEEDS = 500
const LIMIT_MS = IS_SOAK ? 600_000 : 30_000

function runs(options: WorldOptions, seeds: number) {
  const found = { held: 0, refused: 0, overAdmitting: 0, notConverged: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    const { isConverged, over, refused, held } = new GateWorld(options, randomBy(seed * 7919)).run()
    found.held += held
    found.refused += refused
    if (over > 0) found.overAdmitting += 1
    if (!isConverged) found.notConverged += 1
  }
  return found
}

describe('gate and Postgres under random schedules', () => {
  test(
    'Redis never lets through more than Postgres has, and Postgres refuses nobody it let through',
    () => {
      const found = runs({}, SEEDS)
      expect(found).toMatchObject({ overAdmitting: 0, refused: 0, notConverged: 0 })
      expect(found.held).toBeGreaterThan(SEEDS * 10) // a gate that lets nobody through would pass as well
    },
    LIMIT_MS,
  )

  test(
    'counts come back to what Postgres has when stock is taken away',
    () => {
      expect(runs({ shrinks: true }, SEEDS).notConverged).toBe(0)
    },
    LIMIT_MS,
  )

  test(
    'counts come back to what Postgres has after crashes, roll-backs and wipes of Redis',
    () => {
      expect(runs({ shrinks: true, faults: true }, SEEDS).notConverged).toBe(0)
    },
    LIMIT_MS,
  )

  test.each<Mutant>([
    'no rv filter',
    'no pv check',
    'snapshot ends no admission',
    'no VOID row',
    'one attempt gives up for all',
  ])('a protocol without its rule is caught: %s', (mutant) => {
    expect(runs({ without: [mutant] }, MUTANT_SEEDS).overAdmitting).toBeGreaterThan(0)
  })

  test('refused ids in a snapshot over-admit where snapshots end no admissions, and do no harm where they do', () => {
    const both: readonly Mutant[] = ['VOID counts as seen', 'snapshot ends no admission']
    expect(runs({ without: both }, MUTANT_SEEDS).overAdmitting).toBeGreaterThan(MUTANT_SEEDS / 10)
    expect(runs({ without: ['VOID counts as seen'] }, MUTANT_SEEDS).overAdmitting).toBe(0)
  })
})

const ONE: Line = { sku: 'A', qty: 1 }
const cart = (id: string) => ({ id, hash: 'same', lines: [ONE], allowPartial: false, isOffer: false })

function world(onHand: number, script: ScriptMutant | null, row: TruthMutant | null) {
  const truth = new StockTruth({ A: onHand }, row)
  const gate = new GateReference(script)
  gate.load(truth.snapshot('A'))
  const reconcile = () => gate.compare(truth.snapshot('A'), new Set(truth.snapshot('A').holds), true)
  const difference = () => (gate.skus.get('A')?.a ?? 0) - truth.available('A')
  return { truth, gate, reconcile, difference }
}

/** Redis is rolled back to before an admission, reconcile counts the hold, and the client asks again. */
function retryAfterFailover(mutant: ScriptMutant | null, isReconciledTwice: boolean): number {
  const { truth, gate, reconcile, difference } = world(20, mutant, null)
  const before = gate.copy()
  gate.admit(cart('h'))
  truth.reserve('h', [ONE]) // committed; nobody tells Redis
  gate.become(before)
  reconcile()
  expect(gate.admit(cart('h')).word).toBe('OK') // this Redis has never seen the id
  if (isReconciledTwice) reconcile()
  gate.settle('h', truth.reserve('h', [ONE]).lines)
  return difference()
}

/** An abort is delivered twice, the second time after the client has asked again. */
function lateSecondAbort(mutant: TruthMutant | null): { difference: number; isHeld: boolean } {
  const { truth, gate, difference } = world(1, null, mutant)
  const other = truth.reserve('other', [ONE]) // taken without the gate; it learns of it late
  gate.admit(cart('h'))
  truth.reserve('h', [ONE])
  gate.abort('h', ['A'], true)
  gate.delta({ sku: 'A', ver: other.lines[0]?.ver ?? 0, units: -1, queue: null })
  for (const change of truth.end('other', false)) gate.delta(change)
  expect(gate.admit(cart('h')).word).toBe('OK')
  const again = truth.reserve('h', [ONE])
  gate.abort('h', ['A'], true)
  if (again.state === 'ACTIVE') gate.settle('h', again.lines)
  return { difference: difference(), isHeld: again.state === 'ACTIVE' }
}

describe('traces of the gate', () => {
  test('units that a snapshot had counted go back when a repeated admission settles', () => {
    expect(retryAfterFailover(null, false)).toBe(0)
  })

  test('without the version at admission a unit stays unsold after a failover', () => {
    expect(retryAfterFailover('no arv', false)).toBe(-1)
  })

  test('units that reconcile has given back do not come a second time when the admission settles', () => {
    expect(retryAfterFailover(null, true)).toBe(0)
  })

  test('a reconcile that leaves the admissions it has seen gives a unit back twice', () => {
    expect(retryAfterFailover('snapshot ends no admission', true)).toBe(1)
  })

  test('an id that Postgres has refused is never held, so a late abort of it finds nothing', () => {
    expect(lateSecondAbort(null)).toEqual({ difference: 0, isHeld: false })
  })

  test('without a VOID row a late abort gives back the unit of a live hold', () => {
    expect(lateSecondAbort('no VOID row')).toEqual({ difference: 1, isHeld: true })
  })
})
