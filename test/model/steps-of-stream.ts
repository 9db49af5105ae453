/** Steps of the indexer model from a message of the stream to operations in the lanes of every sink. */
import type { Change } from '../../indexer/core/changes.ts'
import { type Lsn, maxLsn } from '../../indexer/core/lsn.ts'
import { operationOf } from '../../indexer/core/operation.ts'
import { accepts, bodyOf, isHeld, type Model } from './indexer-model.ts'

const BATCH_IDS = 3
const JOB_PAGE = 2
const FAN_OUT_ABOVE = 2

/** One message of the stream. @returns whether there was one; so do the other steps */
export function receive(model: Model): boolean {
  const next = model.memory.stream.next().value
  if (!next) return false
  for (const change of model.memory.read(next.message)) takeIn(model, change, next.changeLsn)
  return true
}

function takeIn({ memory, mutant }: Model, change: Change, changeLsn: Lsn): void {
  const { ledger, waiting, unseen, truncates } = memory
  switch (change.kind) {
    case 'begin':
      if (mutant !== 'change LSN as version') memory.version = maxLsn(memory.version, change.lsn)
      unseen.add(change.xid)
      return
    case 'commit':
      memory.received = change.endLsn
      ledger.committed(change.endLsn)
      return
    case 'dirty':
      if (mutant === 'change LSN as version') memory.version = changeLsn
      if (change.table === 'items') waiting.addHot(change.key, ledger.current)
      else expandLater(memory, change.key)
      return
    case 'truncate':
      ledger.hold(ledger.current)
      truncates.push(ledger.current)
      return
    case 'relation':
    case 'event':
      return
    default:
      throw new Error(`change not handled: ${change satisfies never}`)
  }
}

function expandLater({ keys, ledger, version }: Model['memory'], key: string): void {
  const before = keys.get(key)
  if (!before) ledger.hold(ledger.current)
  keys.set(key, { epoch: before?.epoch ?? ledger.current, lsn: version })
}

/** Items of changed categories: few join the dirty ids, many become a job. */
export function expand(model: Model): boolean {
  const { keys, unseen, ledger, waiting } = model.memory
  if (keys.size === 0 || !isFenced(model) || !accepts(model, unseen.required())) return false
  const names = [...keys.keys()]
  const taken = [...keys.values()]
  keys.clear()
  const found = itemsOf(model, names, 0n)
  if (found.length > FAN_OUT_ABOVE) {
    const commit = taken.reduce((most, key) => maxLsn(most, key.lsn), 0n)
    model.jobs.push({ keys: names, commit, lastId: 0n })
  } else {
    const epoch = Math.min(...taken.map((key) => key.epoch))
    for (const id of found) waiting.addHot(id, epoch)
  }
  for (const { epoch } of taken) ledger.release(epoch)
  return true
}

/** One page of the oldest job. Its place moves when the page is durable. */
export function walk(model: Model): boolean {
  const { memory, jobs, mutant } = model
  const job = jobs[0]
  if (!job || memory.isWalking || memory.version < job.commit) return false
  const ids = itemsOf(model, job.keys, job.lastId).slice(0, JOB_PAGE)
  if (ids.length === 0) return jobs.shift() !== undefined
  const last = BigInt(ids.at(-1) ?? 0)
  if (mutant === 'jobs forget where they are') job.lastId = last
  memory.isWalking = true
  const done = () => {
    memory.isWalking = false
    job.lastId = last
  }
  const page = { left: 0, done }
  for (const id of ids) memory.waiting.addCold(id, page)
  return true
}

function itemsOf({ postgres }: Model, categories: readonly string[], after: bigint): string[] {
  return [...postgres.items]
    .filter(([id, row]) => categories.includes(row.category) && BigInt(id) > after)
    .map(([id]) => id)
    .sort((a, b) => Number(a) - Number(b))
}

/**
 * Commits from before the slot was made never come in the stream: while no index is complete, nothing may be read
 * before they are visible.
 */
function isFenced({ sinks, mutant, postgres, memory }: Model): boolean {
  if (sinks.some(({ phase }) => phase !== 'load')) return true
  return mutant === 'no fence before the first batch' || postgres.xmin() >= memory.fence
}

/** Begin to read a batch of dirty ids. */
export function takeBatch(model: Model): boolean {
  const { memory } = model
  const { waiting, unseen, version, attached, batches } = memory
  if (isHeld(model) || !isFenced(model) || waiting.hot + waiting.cold === 0) return false
  const taken = waiting.take(BATCH_IDS)
  batches.push({ taken, version, required: unseen.required(), targets: [...attached] })
  memory.underway += 1
  return true
}

/** The rows of one batch arrive; they are used only when the read contains what it must (I1). */
export function readBatch(model: Model, which: number): boolean {
  const { memory, mutant } = model
  const at = which % Math.max(1, memory.batches.length)
  const batch = memory.batches[at]
  if (!batch || !accepts(model, batch.required)) return false
  memory.batches.splice(at, 1)
  let left = batch.taken.length * batch.targets.length
  const done = () => {
    left -= 1
    if (left > 0) return
    memory.underway -= 1
    memory.waiting.done(batch.taken)
  }
  for (const { id } of batch.taken) {
    for (const { sink, lanes } of batch.targets) {
      const isBuilding = sink.phase === 'load' && mutant !== 'real deletes while building'
      lanes.push(operationOf(id, batch.version, bodyOf(model, id), isBuilding, done))
    }
  }
  return true
}
