/** `bin/aisle orders replay-events`: events of a topic to their stream once more. */
import { namesFor } from '../../catalog/names.ts'
import { TOPICS, type Topic } from '../../catalog/topics.ts'
import { type Command, EXIT } from '../../command/command.ts'
import type { Config } from '../../config.ts'
import { ExitError, messageOf } from '../../errors.ts'
import { parseLsn, replaySince, timeOfPosition } from '../../events/replay.ts'
import { connectRedis } from '../../redis/connection.ts'
import { configOf } from '../environment.ts'
import { ERROR_MEANS, EXIT_ERROR, openPostgres } from './open-stock.ts'

const REDIS_TIMEOUT_MS = 5_000

export const replayCommand: Command = {
  name: 'replay-events',
  about: 'Have the indexer send events of the outbox to their stream again; consumers have each effect once',
  options: {
    topic: { type: 'string', value: 'TOPIC', about: `One of ${TOPICS.join(', ')}` },
    since: {
      type: 'string',
      value: 'LSN',
      about: 'From this position of the write-ahead log on, such as 0/1A2B3C8; or from a time, ISO 8601',
    },
    json: { type: 'boolean', about: 'Print { topic, since, events }; since null: all that the outbox keeps' },
  },
  exits: {
    0: 'they are owed; a running indexer sends them within seconds',
    2: ERROR_MEANS,
    78: 'configuration',
  },
  examples: [
    'bin/aisle orders replay-events --topic stock --since 0/1A2B3C8',
    'bin/aisle orders replay-events --topic order --since 2026-11-25T09:00:00Z',
  ],
  async run(args) {
    const topic = topicIn(args.text('topic'))
    const asked = sinceIn(args.text('since'))
    const config = configOf(process.env)
    const pool = await openPostgres(config)
    try {
      const since = typeof asked === 'string' ? asked : await timeAt(config, topic, asked)
      const events = await replaySince(pool, topic, since)
      if (args.flag('json')) console.log(JSON.stringify({ topic, since, events }))
      else {
        if (since === null)
          console.log('The stream does not reach back so far: everything the outbox keeps is sent.')
        const of = since === null ? '' : ` since ${since}`
        console.log(
          events === 0
            ? `The outbox has no event of ${topic}${of}.`
            : `Events of ${topic}${of} to be sent again: ${events}. A running indexer does within seconds.`,
        )
      }
      return EXIT.done
    } finally {
      await pool.end()
    }
  },
}

/** @throws ExitError(2) */
function topicIn(text: string | undefined): Topic {
  const topic = TOPICS.find((known) => known === text)
  if (topic === undefined) throw new ExitError(EXIT.usage, `--topic: expected one of ${TOPICS.join(', ')}`)
  return topic
}

/** @returns a time, or a position. @throws ExitError(2) */
function sinceIn(text: string | undefined): string | bigint {
  const lsn = parseLsn(text ?? '')
  if (lsn !== null) return lsn
  const time = /^\d{4}-\d\d-\d\d/.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN
  if (Number.isNaN(time)) {
    throw new ExitError(
      EXIT.usage,
      '--since: expected a position such as 0/1A2B3C8, or a time such as 2026-11-25T09:00Z',
    )
  }
  return new Date(time).toISOString()
}

/** @throws ExitError(2) when Redis does not answer */
async function timeAt(config: Config, topic: Topic, lsn: bigint): Promise<string | null> {
  const { redisPrefix } = namesFor(config.AISLE_NAMESPACE)
  const redis = connectRedis(
    {
      url: config.REDIS_URL,
      name: 'aisle-orders',
      commandTimeoutMs: REDIS_TIMEOUT_MS,
      pipelining: false,
      onError: () => undefined, // the call below fails and says so
    },
    Math.random,
  )
  try {
    await new Promise<void>((resolve, reject) => redis.once('ready', resolve).once('error', reject))
    return await timeOfPosition(redis, { redisPrefix, topic, lsn })
  } catch (thrown) {
    throw new ExitError(EXIT_ERROR, `Redis does not answer (${messageOf(thrown)}): check REDIS_URL`, {
      cause: thrown,
    })
  } finally {
    redis.disconnect()
  }
}
