/** Carries out the start plan: which indices are fed, which build goes on or begins, before the stream flows. */
import { randomUUID } from 'node:crypto'
import { aliasedIndices, extendMapping, familyOf } from '../adapters/indices.ts'
import { type Build, readBuild } from '../adapters/state-pg.ts'
import type { Lsn } from '../core/lsn.ts'
import { planStart, type StartPlan } from '../core/start-plan.ts'
import type { IndexState } from '../core/state.ts'
import { type BuildOptions, finishBuild, type PreparedBuild, prepareBuild, resumeBuild } from './build.ts'
import { attachSink, dropIndex, type Session } from './sinks.ts'

/** The replaced index of a build that nobody asked for is kept for a day. */
export const KEEP_SECONDS = 86_400

export type StartFacts = Omit<BuildOptions, 'build'> & { readonly confirmed: Lsn }

/** @returns the build that has to run, attached to the pipeline, or null */
export async function startFeeding(session: Session, facts: StartFacts): Promise<PreparedBuild | null> {
  const { context, book } = session
  const alias = context.names.itemsAlias
  const family = await familyOf(context.client, alias)
  for (const state of book.all) if (!family.includes(state.index)) await book.remove(state.index)
  const aliased = await aliasedIndices(context.client, alias)
  const plan = planStart({
    confirmed: facts.confirmed,
    systemId: facts.systemId,
    slotName: context.names.slot,
    states: book.all,
    aliased,
    mappingVersion: context.mappingVersion,
  })
  for (const state of plan.discard) await dropIndex(session, state.index)
  for (const state of plan.frozen) {
    context.log.warn({ index: state.index }, 'an index is served as it is and cannot be fed')
  }
  const asked = await openBuild(session)
  const swapped = plan.resume === null && plan.build === null ? (asked?.index ?? null) : null
  const isFinished = swapped !== null && aliased.includes(swapped)
  const serving = { aliased, isRetired: plan.resume !== null || isFinished }
  for (const state of plan.feed) {
    if (await feed(session, state)) await recordSwap(session, state, serving)
  }
  await dropOrphans(session, family, aliased)
  if (asked && isFinished) {
    await finishBuild(session, asked, swapped)
    return null
  }
  return await startBuild(session, facts, plan, asked)
}

/** @returns whether the stream reaches the index */
async function feed(session: Session, state: IndexState): Promise<boolean> {
  const { context } = session
  if (state.mapping_version !== context.mappingVersion) {
    const refusal = await extendMapping(context.client, state.index, context.mapping)
    if (refusal !== null) {
      context.log.warn({ index: state.index, reason: refusal }, 'an index of an older mapping is not fed')
      return false
    }
  }
  await attachSink(session, state.index, false)
  return true
}

/**
 * A crash between the alias call and its record: the alias tells the truth. A build that goes on, or has only its last
 * step left, retires what it replaced as it was asked to; without one it is kept for a day.
 */
async function recordSwap(
  { context, book, pipeline }: Session,
  { index, phase }: IndexState,
  serving: { readonly aliased: readonly string[]; readonly isRetired: boolean },
): Promise<void> {
  if (serving.aliased.includes(index)) {
    pipeline.setLive(index)
    if (phase !== 'live') await book.update(index, { phase: 'live', keep_until: null })
  } else if (phase === 'live' && !serving.isRetired) {
    const keep_until = new Date(context.now() + KEEP_SECONDS * 1_000).toISOString()
    await book.update(index, { phase: 'kept', keep_until })
  }
}

/** Indices that a crash left between their creation and their record. */
async function dropOrphans(
  session: Session,
  family: readonly string[],
  aliased: readonly string[],
): Promise<void> {
  for (const index of family) {
    if (!session.book.of(index) && !aliased.includes(index)) await dropIndex(session, index)
  }
}

/** A build that was asked for or begun, and has not ended. */
async function openBuild({ context }: Session): Promise<Build | null> {
  const last = await readBuild(context.pool)
  return last && (last.state === 'requested' || last.state === 'running') ? last : null
}

async function startBuild(
  session: Session,
  facts: StartFacts,
  plan: StartPlan,
  asked: Build | null,
): Promise<PreparedBuild | null> {
  if (plan.resume) {
    const build = asked ?? newBuild('the last run did not finish it', KEEP_SECONDS)
    return await resumeBuild(session, { ...facts, build }, plan.resume)
  }
  if (asked) return await prepareBuild(session, { ...facts, build: asked })
  if (plan.build === null) return null
  return await prepareBuild(session, { ...facts, build: newBuild(plan.build, KEEP_SECONDS) })
}

/** A build that has not begun. */
export function newBuild(reason: string, keepSeconds: number): Build {
  return {
    id: randomUUID(),
    state: 'requested',
    reason,
    keep_seconds: keepSeconds,
    index: null,
    phase: null,
    progress: 0,
    documents: 0,
    message: null,
  }
}
