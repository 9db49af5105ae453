/** Shows a build that some process runs, as it tells about itself in Postgres. */
import { type Progress, startProgress } from '../../src/command/progress.ts'
import { type Build, readBuild } from '../adapters/state-pg.ts'
import { sleep } from '../adapters/wait.ts'
import type { Context } from '../run/context.ts'

export type Following = {
  /** Ends the progress line. @returns the build as last seen, or null when there was none */
  stop(): Promise<Build | null>
}

const LOOK_MS = 500

/** Show progress until stopped. A server that is away shows nothing new. */
export function followBuild(context: Context, signal: AbortSignal): Following {
  const ending = new AbortController()
  const any = AbortSignal.any([signal, ending.signal])
  let progress: Progress | null = null
  const look = async (): Promise<void> => {
    while (!any.aborted) {
      const build = await readBuild(context.pool).catch(() => null) // shown again when the server is back
      if (build?.state === 'running') {
        progress ??= startProgress('index', 100, '% loaded')
        progress.update(
          Math.floor(build.progress * 100),
          `${build.documents} documents, ${build.phase ?? ''}`,
        )
      }
      await sleep(LOOK_MS, any).catch(() => undefined) // the end
    }
  }
  const looking = look()
  return {
    async stop() {
      ending.abort()
      await looking
      progress?.stop()
      return await readBuild(context.pool).catch(() => null)
    },
  }
}
