/** A random schedule: what writers, Postgres, Elasticsearch and the indexer do, step by step, and its end. */
import type { IndexModel } from './index-model.ts'
import { createModel, isIdle, type Model, type Mutant } from './indexer-model.ts'
import { type Effect, ITEM_IDS, PostgresModel } from './postgres-model.ts'
import { copy, purge, reindex, rescan } from './steps-of-building.ts'
import { expand, readBatch, receive, takeBatch, walk } from './steps-of-stream.ts'
import { acknowledge, crash, endBulk, haunt, sendBulk } from './steps-of-writing.ts'

/** What to do, and two numbers that say which. */
export type Step = readonly [action: number, a: number, b: number]

const CATEGORIES = ['10', '11'] as const
const ALL_WRITTEN = 0x7fffffff
const STEPS_TO_END = 20_000

type World = { readonly postgres: PostgresModel; readonly model: Model; value: number }
type Action = (world: World, a: number, b: number) => unknown

/** An action stands here as often as it is likely. Writers first: they also run before the slot is made. */
const WRITERS: readonly Action[] = [
  ({ postgres }) => postgres.openCount < 3 && postgres.begin(),
  (world, a, b) => world.postgres.write(a, put(world, b)),
  (world, a, b) => world.postgres.write(a, put(world, b)),
  ({ postgres }, a, b) => postgres.write(a, { kind: 'delete', id: itemAt(b) }),
  (world, a, b) => world.postgres.write(a, rekey(world, b)),
  (world, a, b) =>
    world.postgres.write(a, { kind: 'rename', category: categoryAt(b), name: `n${world.value++}` }),
  ({ postgres }, a, b) => b % 4 === 0 && postgres.write(a, { kind: 'truncate' }),
  ({ postgres }, a) => postgres.commit(a),
  ({ postgres }, a) => postgres.commit(a),
  ({ postgres }, a) => postgres.show(a),
  ({ postgres }, a) => postgres.show(a),
]
const OTHERS: readonly Action[] = [
  ({ model }) => receive(model),
  ({ model }) => receive(model),
  ({ model }) => receive(model),
  ({ model }) => receive(model),
  ({ model }) => takeBatch(model),
  ({ model }) => takeBatch(model),
  ({ model }, a) => readBatch(model, a),
  ({ model }, a) => readBatch(model, a),
  ({ model }, a) => sendBulk(model, a),
  ({ model }, a) => sendBulk(model, a),
  ({ model }, a, b) => endBulk(model, a, b),
  ({ model }, a, b) => endBulk(model, a, b),
  ({ model }, a) => endBulk(model, a, ALL_WRITTEN),
  ({ model }) => acknowledge(model),
  ({ model }) => copy(model),
  ({ model }) => copy(model),
  ({ model }) => purge(model),
  ({ model }) => expand(model),
  ({ model }) => walk(model),
  ({ model }) => rescan(model),
  ({ model }, a) => haunt(model, a),
  ({ model }, a) => a % 3 === 0 && reindex(model),
  ({ model }, a) => a % 4 === 0 && crash(model, a),
  ({ model }) => forgetDeletes(model),
]
const ACTIONS = [...WRITERS, ...OTHERS]

/** Number of different actions: a step's first number is taken modulo it. */
export const ACTION_COUNT = ACTIONS.length

/**
 * Run a schedule from a filled table to rest, and compare.
 * @param before steps of writers before the slot is made
 * @returns what is wrong in an index at the end, a line each; none when every index is the table
 * @throws Error when the indexer does not come to rest
 */
export function runSchedule(
  before: readonly Step[],
  steps: readonly Step[],
  mutant: Mutant | null,
): string[] {
  const world = makeWorld(before, mutant)
  for (const [action, a, b] of steps) ACTIONS[action % ACTIONS.length]?.(world, a, b)
  comeToRest(world)
  return world.model.sinks.flatMap(({ index }, i) => faultsOf(world.postgres, index, `index ${i}`))
}

function makeWorld(before: readonly Step[], mutant: Mutant | null): World {
  const postgres = new PostgresModel()
  for (const [i, category] of CATEGORIES.entries()) postgres.categories.set(category, `first ${i}`)
  for (const [i, id] of ITEM_IDS.entries()) {
    if (i % 2 === 0) postgres.items.set(id, { category: CATEGORIES[i % 4 === 0 ? 0 : 1], value: 0 })
  }
  const early = { postgres, value: 1 } as World
  for (const [action, a, b] of before) WRITERS[action % WRITERS.length]?.(early, a, b)
  while (postgres.openCount > 0) postgres.commit(0) // making a slot waits for open transactions, not for sight
  postgres.confirmed = postgres.walEnd
  return { postgres, model: createModel(postgres, mutant), value: early.value }
}

/** No more faults: everybody does what they can until nobody can do anything. */
function comeToRest({ postgres, model }: World): void {
  while (postgres.openCount > 0) postgres.commit(0)
  for (let step = 0; step < STEPS_TO_END; step++) {
    const moved = [
      postgres.show(0),
      receive(model),
      haunt(model, 0),
      expand(model),
      walk(model),
      takeBatch(model),
      readBatch(model, 0),
      rescan(model),
      copy(model),
      purge(model),
      ...model.sinks.flatMap((_, i) => [sendBulk(model, i), endBulk(model, i, ALL_WRITTEN)]),
      acknowledge(model),
    ]
    if (moved.includes(true)) continue
    if (!isIdle(model)) throw new Error('the indexer stands still with work left')
    return
  }
  throw new Error(`the indexer was still busy after ${STEPS_TO_END} rounds`)
}

/** Time passes for the index that is being built: Elasticsearch forgets its deletes (fact E17). */
function forgetDeletes({ sinks }: Model): void {
  for (const { index, phase } of sinks) if (phase === 'load') index.forgetDeletes()
}

function faultsOf(postgres: PostgresModel, index: IndexModel, name: string): string[] {
  const found = new Map(index.scan().map(({ id, source }) => [id, source]))
  const ids = new Set([...found.keys(), ...postgres.items.keys()])
  return [...ids].flatMap((id) => {
    const row = postgres.items.get(id)
    const expected = row ? `${row.value} ${postgres.categories.get(row.category)}` : 'nothing'
    const source = found.get(id)
    const actual = source ? `${source['value']} ${source['category']}` : 'nothing'
    return expected === actual ? [] : [`${name}: item ${id} is ${actual}, the row is ${expected}`]
  })
}

function itemAt(which: number): string {
  return ITEM_IDS[which % ITEM_IDS.length] ?? ''
}

function categoryAt(which: number): string {
  return CATEGORIES[which % CATEGORIES.length] ?? ''
}

function put(world: World, which: number): Effect {
  const row = { category: categoryAt(which >> 3), value: world.value++ }
  return { kind: 'put', id: itemAt(which), row }
}

function rekey(world: World, which: number): Effect {
  const row = { category: categoryAt(which >> 6), value: world.value++ }
  return { kind: 'rekey', from: itemAt(which), to: itemAt(which >> 3), row }
}
