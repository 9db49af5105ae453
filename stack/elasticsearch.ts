/**
 * Elasticsearch as a local process. `bin/elasticsearch` is a small launcher JVM with the server as its child;
 * the server's own pid comes from a pid file, and that one is what is signalled.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { giveTo, ownFolder } from './account.ts'
import { freePort, portNear } from './ports.ts'
import { type ProcessRecord, recordOf } from './process-record.ts'
import { endServer, type LocalServer, launch, type ServerPlace } from './server.ts'

const START_DEADLINE_MS = 180_000 // 11 s alone on 2 cores; a busy machine of tests needs several times that
const ASK_TIMEOUT_MS = 2_000
const HEAP = '512m'

export async function startElasticsearch(
  place: ServerPlace,
  home: string,
  jdk: string,
): Promise<LocalServer> {
  const port = await portNear(place.wishedPort)
  const url = `http://127.0.0.1:${port}`
  const folders = writeConfig(place, home, port, await freePort())
  const pidFile = join(folders.temporary, 'server.pid')
  rmSync(pidFile, { force: true })
  const { record, ended } = await launch({
    name: 'elasticsearch-launcher',
    command: join(home, 'bin', 'elasticsearch'),
    args: ['-p', pidFile],
    options: {
      account: place.account,
      logFile: place.logFile,
      cwd: place.folder,
      env: {
        ...place.env,
        ES_JAVA_HOME: jdk,
        ES_JAVA_OPTS: `-Xms${HEAP} -Xmx${HEAP}`,
        ES_PATH_CONF: folders.config,
        ES_TMPDIR: folders.temporary,
        HOME: place.folder,
      },
    },
    onProcess: place.onProcess,
    answers: async () => ((await answersHealth(url)) ? true : undefined),
    deadlineMs: START_DEADLINE_MS,
  })
  const server = recordOf('elasticsearch', Number(readFileSync(pidFile, 'utf8')))
  place.onProcess(server)
  return { url, port, processes: [server, record], ended, stop: () => stop(server, record) }
}

/** The launcher ends by itself after the server has; it is ended too in case it was stuck. */
async function stop(server: ProcessRecord, launcher: ProcessRecord): Promise<void> {
  await endServer(server)
  await endServer(launcher)
}

/**
 * One request to a server. Its URL may end in a slash, and may carry an account, which `fetch` itself refuses.
 * @param path with its query, not beginning with a slash
 */
export function askElasticsearch(url: string, path: string, init: RequestInit = {}): Promise<Response> {
  const endpoint = new URL(path, url.endsWith('/') ? url : `${url}/`)
  const headers = new Headers(init.headers)
  if (endpoint.username) headers.set('authorization', basicCredentials(endpoint))
  endpoint.username = ''
  endpoint.password = ''
  return fetch(endpoint, { ...init, headers })
}

/** Whether a server answers at this URL and can serve indices. `GET /` is not in the local distribution. */
export async function answersHealth(url: string): Promise<boolean> {
  const response = await askElasticsearch(url, '_cluster/health', {
    signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`_cluster/health answers ${response.status}`)
  const health = (await response.json()) as { status?: string }
  return health.status === 'green' || health.status === 'yellow'
}

function basicCredentials(url: URL): string {
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}

function writeConfig(place: ServerPlace, home: string, port: number, transportPort: number) {
  ownFolder(place.account, place.folder)
  const [config, data, logs, temporary] = ['config', 'data', 'logs', 'tmp'].map((name) =>
    ownFolder(place.account, join(place.folder, name)),
  ) as [string, string, string, string]
  const settings = {
    'cluster.name': `aisle-${port}`,
    'node.name': basename(place.folder),
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': transportPort,
    'path.data': data,
    'path.logs': logs,
    'xpack.security.enabled': false,
    'action.auto_create_index': false,
    'cluster.routing.allocation.disk.threshold_enabled': false, // a full laptop disk must not make indices read-only
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  writeFileSync(join(config, 'elasticsearch.yml'), `${lines.join('\n')}\n`)
  for (const file of ['jvm.options', 'log4j2.properties']) {
    copyFileSync(join(home, 'config', file), join(config, file))
  }
  mkdirSync(join(config, 'jvm.options.d'), { recursive: true })
  for (const file of readdirSync(config)) giveTo(place.account, join(config, file))
  return { config, temporary }
}
