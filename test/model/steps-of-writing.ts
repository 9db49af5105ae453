/** Steps of the indexer model that concern Elasticsearch, what the slot is told, and crashes. */
import type { Operation } from '../../indexer/core/operation.ts'
import { type Attached, type Model, type Sink, startMemory } from './indexer-model.ts'

/** Send one bulk of one sink. @returns whether there was one; so do the other steps */
export function sendBulk(model: Model, which: number): boolean {
  const target = attachedAt(model, which)
  const bulk = target.lanes.next()
  if (!bulk) return false
  target.bulks.push(bulk)
  return true
}

/**
 * A bulk ends. `fate` says for each operation: written; or without a good answer, and carried out now, later or
 * never. What has no good answer is written again.
 */
export function endBulk(model: Model, which: number, fate: number): boolean {
  const { sink, bulks, lanes } = attachedAt(model, which)
  const bulk = bulks.splice(fate % Math.max(1, bulks.length), 1)[0]
  if (!bulk) return false
  const again = bulk.operations.filter((operation, i) => {
    const outcome = (fate >> (i + 1)) % 8
    if (outcome < 3) leave(model, sink, operation, outcome, false)
    else sink.index.apply(operation)
    return outcome < 3
  })
  lanes.free(bulk.lane, again)
  for (const operation of bulk.operations) if (!again.includes(operation)) operation.done()
  return true
}

/** An operation whose outcome its sender does not learn. */
function leave(model: Model, { index }: Sink, operation: Operation, fate: number, isOrphan: boolean): void {
  if (fate % 3 === 0) index.apply(operation)
  if (fate % 3 === 1) model.ghosts.push({ index, operation, isOrphan })
}

/** A request that was given up on is carried out after all. */
export function haunt({ ghosts }: Model, which: number): boolean {
  const [ghost] = ghosts.splice(which % Math.max(1, ghosts.length), 1)
  ghost?.index.apply(ghost.operation)
  return ghost !== undefined
}

/**
 * Known limit: a request of a killed process that is carried out after its successor scanned the index brings its
 * document back. It would have to outlive its sender by the start of the next one and all that comes before.
 */
export function settleOrphans(model: Model): void {
  for (const { index, operation, isOrphan } of model.ghosts) if (isOrphan) index.apply(operation)
  model.ghosts = model.ghosts.filter(({ isOrphan }) => !isOrphan)
}

/** The slot hears what is durable. */
export function acknowledge({ memory, postgres, mutant }: Model): boolean {
  const durable = mutant === 'acknowledge before durable' ? memory.received : memory.ledger.durable
  if (durable <= postgres.confirmed) return false
  postgres.confirmed = mutant === 'acknowledge one more' ? durable + 1n : durable
  return true
}

/** SIGKILL and start again. @param fate of the operations under way */
export function crash(model: Model, fate: number): void {
  for (const { sink, bulks } of model.memory.attached) {
    for (const operation of bulks.flatMap((bulk) => bulk.operations))
      leave(model, sink, operation, fate, true)
  }
  model.memory = startMemory(model.postgres, model.sinks)
}

function attachedAt({ memory }: Model, which: number): Attached {
  const target = memory.attached[which % memory.attached.length]
  if (!target) throw new Error('the first sink is always attached')
  return target
}
