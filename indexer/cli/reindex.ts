/**
 * `bin/indexer reindex`: build the index again while changes go on, and swap. The request stands in Postgres; the
 * instance that leads carries it out. Where none leads, this command does, until the build is done.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, EXIT } from '../../src/command/command.ts'
import { ExitError } from '../../src/errors.ts'
import { tryReindexLock } from '../adapters/build-lock.ts'
import { readSlot } from '../adapters/slot.ts'
import { type Build, readBuild, writeBuild } from '../adapters/state-pg.ts'
import type { Context } from '../run/context.ts'
import { leadUntilStopped } from '../run/leader.ts'
import { newBuild } from '../run/start.ts'
import { configOf } from './environment.ts'
import { followBuild } from './follow-build.ts'
import { withContext } from './with-context.ts'

const LOOK_MS = 500

export const reindexCommand: Command = {
  name: 'reindex',
  about: 'Build the index again while changes go on, then let search read the new one',
  options: {
    keep: {
      type: 'string',
      value: 'TIME',
      about: 'How long the old index is fed and kept: 0, or a number with s, m, h or d',
      fallback: '24h',
    },
    rate: {
      type: 'string',
      value: 'ROWS',
      about: 'Most rows per second, where this command leads itself; 0: no limit',
      fallback: '0',
    },
    json: { type: 'boolean', about: 'Print the build as one JSON object at the end' },
  },
  exits: {
    1: 'the build failed',
    3: 'the database is not migrated',
    4: 'halted: a person is needed, the message says for what',
    5: 'another reindex is being watched or run',
    78: 'configuration',
    130: 'stopped; an instance that leads goes on, else the next call does',
  },
  examples: ['bin/indexer reindex', 'bin/indexer reindex --keep 0'],
  async run(args, signal) {
    const config = configOf(process.env)
    const keepSeconds = secondsOf(args.text('keep') ?? '')
    const rate = args.integer('rate', 0)
    return await withContext({ config, logLevel: 'warn' }, async (context) => {
      const unlock = await tryReindexLock(context.pool)
      if (!unlock) throw new ExitError(EXIT.busy, 'another reindex is under way')
      try {
        const build = await request(context, keepSeconds)
        const done = await carryOut(context, build.id, rate, signal)
        if (args.flag('json')) console.log(JSON.stringify(done))
        if (signal.aborted) return EXIT.stopped
        return done?.state === 'done' ? EXIT.done : EXIT.differences
      } finally {
        unlock()
      }
    })
  },
}

/** The build that is open already, or a request for one. */
async function request(context: Context, keepSeconds: number): Promise<Build> {
  const last = await readBuild(context.pool)
  if (last?.state === 'requested' || last?.state === 'running') {
    console.error(`going on with the build that is ${last.state}: ${last.reason}`)
    return last
  }
  const build = newBuild('a reindex was asked for', keepSeconds)
  await writeBuild(context.pool, build)
  return build
}

/** Wait for the leader, or lead. @returns the build when it has ended, or as it is when stopped */
async function carryOut(
  context: Context,
  id: string,
  rate: number,
  signal: AbortSignal,
): Promise<Build | null> {
  const following = followBuild(context, signal)
  try {
    while (!signal.aborted) {
      const build = await readBuild(context.pool)
      if (build?.id !== id || build.state === 'done' || build.state === 'failed') break
      const slot = await readSlot(context.pool, context.names.slot)
      if (!slot?.active) await tryToLead(context, rate, signal)
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined) // stopped
    }
  } finally {
    await following.stop()
  }
  return await readBuild(context.pool)
}

async function tryToLead(context: Context, rate: number, signal: AbortSignal): Promise<void> {
  try {
    await leadUntilStopped(context, { goal: 'live', standsBy: false, rate }, signal)
  } catch (thrown) {
    if (!(thrown instanceof ExitError && thrown.exitCode === EXIT.busy)) throw thrown // another came first
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 }

/** @throws ExitError(2) for anything but a number with an optional unit */
function secondsOf(text: string): number {
  const match = /^(\d{1,6})([smhd]?)$/.exec(text)
  if (!match)
    throw new ExitError(EXIT.usage, `--keep: expected a time such as 24h, got ${JSON.stringify(text)}`)
  return Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 1)
}
