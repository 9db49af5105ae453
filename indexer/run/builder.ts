/** Runs the build that a session began with, then those that people ask for, one at a time. */
import { ExitError, messageOf } from '../../src/errors.ts'
import { untilElasticsearch } from '../adapters/retry.ts'
import { IndexMissing } from '../adapters/sink.ts'
import { readBuild } from '../adapters/state-pg.ts'
import { sleep } from '../adapters/wait.ts'
import { type BuildOptions, giveUpBuild, type PreparedBuild, prepareBuild, runBuild } from './build.ts'
import type { Session } from './sinks.ts'

export type Builder = {
  /** A build is under way, or was asked for and not begun as of the last look. */
  readonly isBusy: boolean
  run(signal: AbortSignal): Promise<void>
}

const LOOK_MS = 500

export function createBuilder(
  session: Session,
  facts: Omit<BuildOptions, 'build'>,
  begun: PreparedBuild | null,
): Builder {
  const { context } = session
  let isBusy = begun !== null
  const finish = async (prepared: PreparedBuild, signal: AbortSignal): Promise<void> => {
    // The phases can be repeated, so an outage of Elasticsearch only makes the build later.
    const run = () => runBuild(session, prepared, signal)
    try {
      await Promise.race([prepared.failed, untilElasticsearch(run, 'a build', context, signal)])
      prepared.failed.catch(session.fail) // live from here: what it cannot take ends the session
    } catch (thrown) {
      const isBuildsOwn = thrown instanceof ExitError || thrown instanceof IndexMissing
      if (!isBuildsOwn || session.pipeline.liveIndex === null) throw thrown
      await giveUpBuild(session, prepared, messageOf(thrown))
    }
  }
  return {
    get isBusy() {
      return isBusy
    },
    async run(signal) {
      if (begun) await finish(begun, signal)
      for (;;) {
        const asked = await readBuild(context.pool)
        if (asked?.state === 'requested') {
          isBusy = true
          const prepare = () => prepareBuild(session, { ...facts, build: asked })
          await finish(await untilElasticsearch(prepare, 'a build', context, signal), signal)
        }
        isBusy = false
        await sleep(LOOK_MS, signal)
      }
    },
  }
}
