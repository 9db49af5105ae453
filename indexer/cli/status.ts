/** `bin/indexer status`: how the indexer is, seen from both servers; an indexer need not run for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import mapping from '../../mappings/items.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { type Command, EXIT, type Parsed } from '../../src/command/command.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { isTooLate } from '../core/status.ts'
import { configOf } from './environment.ts'
import { type Look, lookAt, type Servers } from './status-look.ts'
import { statusLines } from './status-text.ts'

/** A server that has not answered by then is shown as down. */
const ANSWER_MS = 5_000
const WATCH_MS = 2_000
/** How long a look waits for a commit of now, unless --max-lag asks for more. */
const LAG_SECONDS = 3

export const statusCommand: Command = {
  name: 'status',
  about: 'Show slot, lag, indices, jobs and dead documents; also while nothing runs or a server is away',
  options: {
    watch: { type: 'boolean', about: 'Look again every 2 s until Ctrl-C' },
    'max-lag': {
      type: 'string',
      value: 'SECONDS',
      about: 'Exit 1 when a change takes longer to be searchable',
    },
    json: { type: 'boolean', about: 'One object a look' },
  },
  exits: { 1: 'the lag is above --max-lag, or cannot be told', 78: 'configuration' },
  examples: ['bin/indexer status', 'bin/indexer status --json --max-lag 10'],
  async run(args, signal) {
    const maxLag = args.text('max-lag') === undefined ? null : args.integer('max-lag', 0)
    const servers = openServers()
    try {
      let look = await show(servers, args, maxLag, signal)
      while (args.flag('watch') && !signal.aborted) {
        await pause(signal)
        if (!signal.aborted) look = await show(servers, args, maxLag, signal)
      }
      return isTooLate(look.lag, maxLag) ? EXIT.differences : EXIT.done
    } finally {
      await Promise.all([servers.pool.end(), servers.client.close()])
    }
  },
}

async function show(
  servers: Servers,
  args: Parsed,
  maxLag: number | null,
  signal: AbortSignal,
): Promise<Look> {
  const look = await lookAt(servers, (maxLag ?? LAG_SECONDS) * 1_000, signal)
  if (args.flag('json')) console.log(JSON.stringify(look))
  else console.log([...(args.flag('watch') ? ['', look.at] : []), ...statusLines(look)].join('\n'))
  return look
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(WATCH_MS, undefined, { signal })
  } catch (thrown) {
    if (!signal.aborted) throw thrown // Ctrl-C is how a watch ends
  }
}

function openServers(): Servers {
  const config = configOf(process.env)
  return {
    names: namesFor(config.AISLE_NAMESPACE),
    mapping,
    pool: createPool({
      url: config.DATABASE_URL,
      applicationName: 'aisle-status',
      size: 5,
      statementTimeoutMs: ANSWER_MS,
    }),
    client: createElasticsearch({
      url: config.ELASTICSEARCH_URL,
      maxConnections: 4,
      requestTimeoutMs: ANSWER_MS,
    }),
  }
}
