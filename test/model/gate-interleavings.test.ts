/**
 * Every interleaving of a few processes, each a short list of steps: who admits, commits and tells Redis in which
 * order. Small enough to try all of them; after each step Postgres has not oversold and Redis lets through no more
 * than Postgres has, and at the end both have the same count.
 */
import { describe, expect, test } from 'vitest'
import { GateReference } from './gate-reference.ts'
import { StockTruth, type TruthHold, type TruthMutant } from './stock-truth.ts'

type Step = () => void
type World = { readonly gate: GateReference; readonly truth: StockTruth }
type Scenario = (world: World) => readonly (readonly Step[])[]

const SKU = 'A'

/** A request of one unit in one api process. */
function buyer({ gate, truth }: World, id: string): Step[] {
  let isAdmitted = false
  let hold: TruthHold | null = null
  const lines = [{ sku: SKU, qty: 1 }]
  return [
    () => {
      const { word } = gate.admit({ id, hash: 'same', lines, allowPartial: false, isOffer: false })
      isAdmitted = word === 'OK' || word === 'KNOWN'
    },
    () => {
      if (isAdmitted) hold = truth.reserve(id, lines)
    },
    () => {
      if (hold?.state === 'VOID') gate.abort(id, [SKU], true)
      else if (hold) gate.settle(id, hold.lines)
    },
  ]
}

/** The sweeper finds an admission that nobody has ended. */
function sweeper({ gate, truth }: World, id: string): Step[] {
  let hold: TruthHold | null = null
  return [
    () => {
      if (gate.tz.has(id)) hold = truth.void(id)
    },
    () => {
      if (hold?.state === 'VOID') gate.abort(id, [SKU], true)
      else if (hold) gate.settle(id, hold.lines)
    },
  ]
}

function release({ gate, truth }: World, id: string): Step[] {
  let changes: ReturnType<StockTruth['end']> = []
  return [
    () => {
      changes = truth.end(id, false)
    },
    () => {
      for (const change of changes) gate.delta(change)
    },
  ]
}

function reconcile({ gate, truth }: World): Step[] {
  let snapshot: ReturnType<StockTruth['snapshot']> | null = null
  return [
    () => {
      snapshot = truth.snapshot(SKU)
    },
    () => {
      if (snapshot) gate.compare(snapshot, new Set(snapshot.holds), true)
    },
  ]
}

/** One unit, held by `first`, whose hold ends some time. */
function oneUnitHeld(): World {
  const truth = new StockTruth({ [SKU]: 1 })
  truth.reserve('first', [{ sku: SKU, qty: 1 }])
  const gate = new GateReference()
  gate.load(truth.snapshot(SKU))
  return { gate, truth }
}

function oneUnit(mutant: TruthMutant | null = null): World {
  const truth = new StockTruth({ [SKU]: 1 }, mutant)
  const gate = new GateReference()
  gate.load(truth.snapshot(SKU))
  return { gate, truth }
}

/** Every order in which processes with so many steps can run: lists of process numbers. */
function* orders(left: number[], done: number[] = []): Generator<readonly number[]> {
  if (left.every((count) => count === 0)) yield done
  for (const [process, count] of left.entries()) {
    if (count === 0) continue
    left[process] = count - 1
    done.push(process)
    yield* orders(left, done)
    done.pop()
    left[process] = count
  }
}

function available({ gate }: World): number {
  return gate.skus.get(SKU)?.a ?? Number.NaN
}

/** Units of admissions that Postgres has not decided. */
function undecided({ gate, truth }: World): number {
  const entries = [...(gate.skus.get(SKU)?.t ?? [])]
  return entries.reduce((units, [id, entry]) => units + (truth.holds.has(id) ? 0 : entry.units), 0)
}

function faultsOf(
  start: () => World,
  scenario: Scenario,
): { tried: number; faults: string[]; holders: number[] } {
  const counts = scenario(start()).map((steps) => steps.length)
  const faults: string[] = []
  const holders = new Set<number>()
  let tried = 0
  for (const order of orders(counts)) {
    tried += 1
    const world = start()
    const processes = scenario(world).map((steps) => [...steps])
    for (const process of order) {
      processes[process]?.shift()?.()
      if (world.truth.available(SKU) < 0) faults.push(`oversold by ${order.join('')}`)
      if (available(world) > world.truth.available(SKU) - undecided(world))
        faults.push(`too many by ${order.join('')}`)
    }
    if (available(world) !== world.truth.available(SKU)) faults.push(`apart after ${order.join('')}`)
    holders.add([...world.truth.holds.values()].filter(({ state }) => state === 'ACTIVE').length)
  }
  return { tried, faults: faults.slice(0, 3), holders: [...holders].sort() }
}

describe('every interleaving', () => {
  test('two buyers, the release of the only unit and a reconcile leave at most one holder', () => {
    const found = faultsOf(oneUnitHeld, (world) => [
      buyer(world, 'a'),
      buyer(world, 'b'),
      release(world, 'first'),
      reconcile(world),
    ])
    expect(found).toEqual({ tried: 25_200, faults: [], holders: [0, 1] })
  })

  test('a double click beside another buyer gets the only unit once', () => {
    const found = faultsOf(
      () => oneUnit(),
      (world) => [buyer(world, 'a'), buyer(world, 'a'), buyer(world, 'b')],
    )
    expect(found).toEqual({ tried: 1_680, faults: [], holders: [1] })
  })

  test('a sweeper that is faster than the commit closes the id, and nobody gets a unit twice', () => {
    const found = faultsOf(
      () => oneUnit(),
      (world) => [buyer(world, 'a'), buyer(world, 'b'), sweeper(world, 'a'), reconcile(world)],
    )
    expect(found).toEqual({ tried: 25_200, faults: [], holders: [0, 1] })
  })

  test('a sweeper that leaves no VOID row is caught', () => {
    const found = faultsOf(
      () => oneUnit('no VOID row'),
      (world) => [buyer(world, 'a'), buyer(world, 'b'), sweeper(world, 'a')],
    )
    expect(found.faults).not.toEqual([])
  })
})
