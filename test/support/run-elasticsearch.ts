/**
 * Faults of the Elasticsearch of this run: signals to the server's own process, which the stack's keeper starts again
 * when it has died. One that others use at the same time (kept by a developer, in a container, named by the
 * environment) is not touched: a proxy before it falls silent or refuses.
 */

import { answersHealth } from '../../stack/elasticsearch.ts'
import { type ProcessRecord, processState, signalProcess } from '../../stack/process-record.ts'
import { readStack } from '../../stack/state.ts'
import { testStateFolder } from '../../stack/test-stack.ts'
import type { TcpProxy } from './tcp-proxy.ts'
import { waitFor } from './wait-for.ts'

export type RunElasticsearch = {
  readonly means: 'signals' | 'proxy'
  freeze(): void
  thaw(): void
  /** SIGKILL, or the nearest to it that a proxy can do. Returns when nothing answers. */
  kill(): Promise<void>
  /** Settles when it serves indices again. */
  back(): Promise<void>
}

/** 11 s alone on 2 cores; a busy machine of tests needs several times that. */
const START_DEADLINE_MS = 180_000

/** @param url of the server itself. @param proxy before it */
export function runElasticsearch(url: string, proxy: TcpProxy): RunElasticsearch {
  const back = async () => {
    proxy.setMode('pass')
    await waitFor('Elasticsearch is back', () => answersHealth(proxy.url), {
      deadlineMs: START_DEADLINE_MS,
      everyMs: 200,
    })
  }
  if (!ownServer(url)) {
    return {
      means: 'proxy',
      freeze: () => proxy.setMode('silent'),
      thaw: () => proxy.setMode('pass'),
      kill: () => {
        proxy.setMode('refuse')
        proxy.reset()
        return Promise.resolve()
      },
      back,
    }
  }
  const signal = (name: NodeJS.Signals): ProcessRecord => {
    const server = ownServer(url)
    if (!server) throw new Error('the Elasticsearch of this run is not there')
    signalProcess(server, name)
    return server
  }
  return {
    means: 'signals',
    freeze: () => void signal('SIGSTOP'),
    thaw: () => void signal('SIGCONT'),
    kill: async () => {
      const server = signal('SIGKILL')
      await waitFor('Elasticsearch has died', () => processState(server) === 'gone')
    },
    back,
  }
}

/** Its record, which is another one after each start; null when it is not of this run. */
function ownServer(url: string): ProcessRecord | null {
  const own = readStack(testStateFolder(process.env))
  const server = own?.processes.findLast(({ name }) => name === 'elasticsearch')
  return own?.urls?.elasticsearch === url && server && processState(server) !== 'gone' ? server : null
}
