/** Steps of the indexer model that build an index beside the stream, and that empty it after a TRUNCATE. */
import { operationOf } from '../../indexer/core/operation.ts'
import { IndexModel } from './index-model.ts'
import { type Attached, accepts, attach, bodyOf, isHeld, type Model } from './indexer-model.ts'
import { settleOrphans } from './steps-of-writing.ts'

const COPY_PAGE = 2

/** Another index is built beside the live one. @returns whether that was possible; so do the other steps */
export function reindex({ sinks, memory }: Model): boolean {
  if (sinks.some(({ phase }) => phase !== 'live') || sinks.length > 1) return false
  const sink = { index: new IndexModel(), phase: 'load' as const, floor: memory.version, cursor: 0n }
  sinks.push(sink)
  memory.attached.push(attach(sink))
  return true
}

/** Copy one page into the index that is being built; after the last the purge begins. */
export function copy(model: Model): boolean {
  const target = model.memory.attached.find(({ sink }) => sink.phase === 'load')
  if (!target || target.isCopying || isHeld(model) || !passesFence(model, target)) return false
  const { sink, lanes } = target
  const ids = [...model.postgres.items.keys()]
    .filter((id) => BigInt(id) > sink.cursor)
    .sort((a, b) => Number(a) - Number(b))
    .slice(0, COPY_PAGE)
  if (ids.length === 0) {
    sink.phase = 'purge'
    return true
  }
  target.isCopying = true
  let left = ids.length
  const done = () => {
    left -= 1
    if (left > 0) return
    target.isCopying = false
    sink.cursor = BigInt(ids.at(-1) ?? 0)
  }
  const version = model.mutant === 'copies with the version of now' ? model.postgres.walEnd : sink.floor
  for (const id of ids) lanes.push(operationOf(id, version, bodyOf(model, id), true, done))
  return true
}

function passesFence({ mutant, postgres }: Model, target: Attached): boolean {
  if (mutant === 'no fence before copies') return true
  target.fence ??= postgres.assignXid()
  return postgres.xmin() >= target.fence
}

/**
 * Tombstones go, once no batch is under way that may still write one. Each just above its own version: a late
 * repetition of its write must not bring it back, and no commit lies between.
 */
export function purge(model: Model): boolean {
  const target = model.memory.attached.find(({ sink }) => sink.phase === 'purge')
  if (!target || target.lanes.depth > 0 || (!target.isQuiet && model.memory.underway > 0)) return false
  if (!target.isQuiet) settleOrphans(model)
  target.isQuiet = true
  const tombstones = target.sink.index.scan().filter(({ source }) => source['tombstone'] === true)
  for (const { id, version } of tombstones) {
    target.lanes.push(operationOf(id, version + 1n, null, false, () => undefined))
  }
  if (tombstones.length === 0) target.sink.phase = 'live'
  return true
}

/** After a TRUNCATE: wait until it is visible and nothing older is under way, then write every id again. */
export function rescan(model: Model): boolean {
  const { memory } = model
  const { unseen, waiting, ledger, truncates, attached } = memory
  if (!memory.rescan) {
    if (truncates.length === 0) return false
    memory.rescan = { epochs: truncates.splice(0), required: unseen.required(), isVisible: false }
  }
  const current = memory.rescan
  current.isVisible ||= accepts(model, current.required)
  if (!current.isVisible || memory.underway > 0 || attached.some(({ isCopying }) => isCopying)) return false
  memory.rescan = null
  settleOrphans(model)
  const ids = new Set(attached.flatMap(({ sink }) => sink.index.scan().map(({ id }) => id)))
  const release = () => {
    for (const epoch of current.epochs) ledger.release(epoch)
  }
  if (ids.size === 0) release()
  const page = { left: 0, done: release }
  for (const id of ids) waiting.addCold(id, page)
  return true
}
