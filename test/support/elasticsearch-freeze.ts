/**
 * Freezing the Elasticsearch of this run: SIGSTOP to the server's own process. One that others use at the same time
 * (kept by a developer, in a container, named by the environment) is not stopped: a proxy before it falls silent.
 */

import { processState, signalProcess } from '../../stack/process-record.ts'
import { readStack } from '../../stack/state.ts'
import { testStateFolder } from '../../stack/test-stack.ts'
import type { TcpProxy } from './tcp-proxy.ts'

export type Freezer = { freeze(): void; thaw(): void; readonly means: 'SIGSTOP' | 'silent proxy' }

/** @param url of the server itself */
export function elasticsearchFreezer(url: string, proxy: TcpProxy): Freezer {
  const own = readStack(testStateFolder(process.env))
  const server = own?.processes.find(({ name }) => name === 'elasticsearch')
  if (own?.urls?.elasticsearch === url && server && processState(server) !== 'gone') {
    return {
      means: 'SIGSTOP',
      freeze: () => void signalProcess(server, 'SIGSTOP'),
      thaw: () => void signalProcess(server, 'SIGCONT'),
    }
  }
  return { means: 'silent proxy', freeze: () => proxy.setMode('silent'), thaw: () => proxy.setMode('pass') }
}
