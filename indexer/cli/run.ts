/** `bin/indexer run`: follow the change stream until stopped; build the index first where there is none. */
import { type Command, EXIT } from '../../src/command/command.ts'
import { startProbeServer } from '../adapters/probe-server.ts'
import { leadUntilStopped } from '../run/leader.ts'
import { configOf } from './environment.ts'
import { withContext } from './with-context.ts'

export const runCommand: Command = {
  name: 'run',
  about: 'Follow the changes of Postgres into Elasticsearch; leads, or stands by for another that does',
  options: {
    once: { type: 'boolean', about: 'End when everything that is in the WAL at the start is searchable' },
    'metrics-port': {
      type: 'string',
      value: 'PORT',
      about: 'Port of /metrics and /livez instead of AISLE_METRICS_PORT; 0 takes a free one',
    },
  },
  exits: {
    3: 'the database is not migrated',
    4: 'halted: a person is needed, the message says for what',
    5: 'with --once: another instance leads',
    78: 'configuration',
  },
  examples: ['bin/indexer run', 'bin/indexer run --once'],
  async run(args, signal) {
    const config = configOf(process.env)
    const isOnce = args.flag('once')
    const port = args.text('metrics-port') === undefined ? null : args.integer('metrics-port', 0)
    return await withContext({ config }, async (context) => {
      const probes = await startProbeServer(
        context.metrics,
        config.AISLE_HOST,
        port ?? config.AISLE_METRICS_PORT,
      )
      context.log.info({ port: probes.port }, 'metrics and liveness are served')
      try {
        await leadUntilStopped(
          context,
          { goal: isOnce ? 'end_of_wal' : 'forever', standsBy: !isOnce, rate: 0 },
          signal,
        )
        return EXIT.done
      } finally {
        await probes.close()
      }
    })
  },
}
