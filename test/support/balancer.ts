/** HAProxy with this project's configuration, as a child of a test; its slots are filled through its socket. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort } from '../../stack/ports.ts'
import { endProcess } from '../../stack/process.ts'
import { recordOf } from '../../stack/process-record.ts'
import { HAPROXY } from './capabilities.ts'
import { ROOT } from './sources.ts'
import { waitFor } from './wait-for.ts'

export type Balancer = {
  readonly url: string
  /** Put a server into a slot, from 1, and let requests go to it. */
  fill(slot: number, server: string): Promise<void>
  /** Whether requests go to a slot. */
  isUp(slot: number): Promise<boolean>
  stop(): Promise<void>
}

export async function startBalancer(): Promise<Balancer> {
  if (!HAPROXY) throw new Error('HAProxy is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'aisle-balancer-'))
  const socket = join(folder, 'socket')
  const bind = `127.0.0.1:${await freePort()}`
  const child = spawn(HAPROXY, ['-db', '-f', join(ROOT, 'deploy/haproxy.cfg')], {
    stdio: 'ignore',
    env: {
      AISLE_PROXY_BIND: bind,
      AISLE_PROXY_STATS: `127.0.0.1:${await freePort()}`,
      AISLE_PROXY_SOCKET: socket,
    },
  })
  if (child.pid === undefined) throw new Error('HAProxy could not be started')
  const record = recordOf('haproxy', child.pid)
  const tell = async (command: string): Promise<string> => {
    const connection = connect(socket)
    connection.end(`${command}\n`)
    return await text(connection)
  }
  await waitFor('HAProxy answers', () => tell('show info'))
  return {
    url: `http://${bind}`,
    fill: async (slot, server) => {
      const { hostname, port } = new URL(server)
      for (const name of [`api/api${slot}`, `streams/stream${slot}`]) {
        for (const change of [`addr ${hostname} port ${port}`, 'state ready']) {
          const said = await tell(`set server ${name} ${change}`)
          if (/error|unknown|must|not /i.test(said)) throw new Error(`HAProxy on ${change}: ${said}`)
        }
      }
    },
    isUp: async (slot) => {
      const lines = (await tell('show servers state api')).split('\n').map((line) => line.split(' '))
      const found = lines.find((fields) => fields[3] === `api${slot}`)
      return TAKES_REQUESTS.has(found?.[5] ?? '')
    },
    stop: async () => {
      await endProcess(record, 'SIGKILL', 0)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** srv_op_state of `show servers state`: taking requests slowly at first, or all. */
const TAKES_REQUESTS: ReadonlySet<string> = new Set(['1', '2'])
