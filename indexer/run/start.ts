/** Carries out the start plan: which indices are fed, which build goes on or begins, before the stream flows. */
import { randomUUID } from 'node:crypto'
import { aliasedIndices, extendMapping, familyOf } from '../adapters/indices.ts'
import { type Build, readBuild } from '../adapters/state-pg.ts'
import type { Lsn } from '../core/lsn.ts'
import { planStart, type StartPlan } from '../core/start-plan.ts'
import type { IndexState } from '../core/state.ts'
import { type BuildOptions, type PreparedBuild, prepareBuild, resumeBuild } from './build.ts'
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
  for (const state of plan.feed) await feed(session, state, aliased)
  await dropOrphans(session, family, aliased)
  return await startBuild(session, facts, plan)
}

async function feed(session: Session, state: IndexState, aliased: readonly string[]): Promise<void> {
  const { context, book, pipeline } = session
  if (state.mapping_version !== context.mappingVersion) {
    const refusal = await extendMapping(context.client, state.index, context.mapping)
    if (refusal !== null) {
      context.log.warn({ index: state.index, reason: refusal }, 'an index of an older mapping is not fed')
      return
    }
  }
  await attachSink(session, state.index, false)
  const isAliased = aliased.includes(state.index)
  if (isAliased) pipeline.setLive(state.index)
  // A crash between the alias call and its record: the alias tells the truth.
  if (!isAliased && state.phase === 'live') {
    const keep_until = new Date(context.now() + KEEP_SECONDS * 1_000).toISOString()
    await book.update(state.index, { phase: 'kept', keep_until })
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

async function startBuild(
  session: Session,
  facts: StartFacts,
  plan: StartPlan,
): Promise<PreparedBuild | null> {
  const last = await readBuild(session.context.pool)
  const open = last && (last.state === 'requested' || last.state === 'running') ? last : null
  if (plan.resume) {
    const build = open ?? newBuild('the last run did not finish it', KEEP_SECONDS)
    return await resumeBuild(session, { ...facts, build }, plan.resume)
  }
  if (open) return await prepareBuild(session, { ...facts, build: open })
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
