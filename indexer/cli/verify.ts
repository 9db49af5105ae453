/** `bin/indexer verify`: every row of Postgres against every document of the index. */
import mapping from '../../mappings/items.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { type Command, EXIT, type Parsed } from '../../src/command/command.ts'
import { type Progress, startProgress } from '../../src/command/progress.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { ExitError } from '../../src/errors.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { aliasedIndices } from '../adapters/indices.ts'
import { streamPosition } from '../adapters/stream-position.ts'
import { verifyDocuments } from '../adapters/verify-documents.ts'
import { verifyRows } from '../adapters/verify-rows.ts'
import type { Difference } from '../core/verify.ts'
import { configOf } from './environment.ts'
import { type Result, runVerify, type Sides, type Way } from './verify-run.ts'

/** Differences listed for a person; a program gets all with --json. */
const LISTED = 20
/** A bucket statement over 1M joined rows takes some seconds; a page or a bucket far less. */
const TIMEOUT_MS = 300_000

export const verifyCommand: Command = {
  name: 'verify',
  about: 'Compare every row of Postgres with every document of the index; writes may go on',
  options: {
    deep: { type: 'boolean', about: 'Rebuild every document and compare all its fields, not only hashes' },
    sample: { type: 'string', value: 'N', about: 'Compare all fields of N random items only' },
    ids: { type: 'string', value: 'A,B', about: 'Compare all fields of these items only' },
    index: {
      type: 'string',
      value: 'NAME',
      about: 'An index that is not behind the alias, such as one being built',
    },
    wait: {
      type: 'string',
      value: 'SECONDS',
      about: 'Longest wait for the indexer to pass the writes under way; also for one that is away',
      fallback: '30',
    },
    json: { type: 'boolean', about: 'One object a line: each difference, then the result' },
  },
  exits: {
    1: 'there are differences',
    4: 'there is no index to compare with',
    78: 'configuration',
    130: 'stopped',
  },
  examples: ['bin/indexer verify', 'bin/indexer verify --deep --json', 'bin/indexer verify --ids 17,42'],
  async run(args, signal) {
    const way = wayOf(args)
    const waitMs = args.integer('wait', 0) * 1_000
    const { sides, index, close } = await openSides(args.text('index'))
    const bar = startProgress('verify', Math.round(await sides.rows.estimate()), 'rows')
    const differences = differenceReport(args.flag('json'))
    try {
      const result = await runVerify(sides, way, {
        waitMs,
        signal,
        onDifference: differences.add,
        onProgress: (done, phase) => bar.update(done, phase),
      })
      stop(bar, result)
      if (args.flag('json')) console.log(JSON.stringify({ kind: 'result', index, mode: way.by, ...result }))
      else for (const line of [...differences.rest(), ...resultLines(index, result)]) console.log(line)
      return result.differences > 0 ? EXIT.differences : EXIT.done
    } finally {
      await close()
    }
  },
}

/** @throws ExitError(2) for options that exclude each other or are not numbers */
function wayOf(args: Parsed): Way {
  const ids = args.text('ids')?.split(',')
  const ways = [args.flag('deep'), args.text('sample') !== undefined, ids !== undefined]
  if (ways.filter(Boolean).length > 1) {
    throw new ExitError(EXIT.usage, '--deep, --sample and --ids exclude each other')
  }
  const wrong = ids?.find((id) => !/^-?\d{1,18}$/.test(id))
  if (wrong !== undefined) {
    throw new ExitError(EXIT.usage, `--ids: expected integers with commas, got ${JSON.stringify(wrong)}`)
  }
  if (ids) return { by: 'ids', ids }
  if (args.text('sample') !== undefined) {
    return { by: 'sample', size: args.integer('sample', 1), random: Math.random }
  }
  return args.flag('deep') ? { by: 'deep' } : { by: 'buckets' }
}

async function openSides(
  chosen: string | undefined,
): Promise<{ sides: Sides; index: string; close(): Promise<void> }> {
  const config = configOf(process.env)
  const names = namesFor(config.AISLE_NAMESPACE)
  const pool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-verify',
    size: 3,
    statementTimeoutMs: TIMEOUT_MS,
  })
  const client = createElasticsearch({
    url: config.ELASTICSEARCH_URL,
    maxConnections: 4,
    requestTimeoutMs: TIMEOUT_MS,
  })
  const close = async () => {
    await Promise.all([pool.end(), client.close()])
  }
  try {
    const behind = await aliasedIndices(client, names.itemsAlias)
    const index = chosen ?? behind[0]
    if (index === undefined) {
      throw new ExitError(EXIT.halted, `no index behind ${names.itemsAlias}: bin/indexer run makes it`)
    }
    const place = { slot: names.slot, stateIndex: names.stateIndex, index, isLive: behind.includes(index) }
    const sides = {
      rows: verifyRows(pool, mapping),
      documents: verifyDocuments(client, index, mapping.idColumn),
      stream: streamPosition(pool, client, place),
    }
    return { sides, index, close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** Prints differences as they are found: all for a program, the first for a person. */
function differenceReport(json: boolean) {
  let count = 0
  return {
    add(difference: Difference): void {
      const { kind, ...found } = difference
      count++
      if (json) console.log(JSON.stringify({ kind: 'difference', difference: kind, ...found }))
      else if (count <= LISTED) console.log(differenceLine(difference))
    },
    rest: () => (count > LISTED ? [`... and ${count - LISTED} more (--json lists all)`] : []),
  }
}

function differenceLine({ id, kind, fields }: Difference): string {
  return `${kind.padEnd(7)}  ${id}${fields ? `  ${fields.join(', ')}` : ''}`
}

function stop(bar: Progress, result: Result): void {
  bar.setTotal(result.rows)
  bar.update(result.rows)
  bar.stop()
}

function resultLines(index: string, result: Result): string[] {
  const verdict = result.differences === 0 ? 'no differences' : `${result.differences} differences`
  const lag = {
    running: [],
    behind: ['The indexer did not pass the writes under way in time: differences may be lag (--wait).'],
    down: ['No indexer is reading the slot: changes made since it stopped show as differences.'],
  }[result.indexer]
  const moving =
    result.moving.length > 0
      ? [`${result.moving.length} items changed during each look and are neither proven nor refuted.`]
      : []
  return [`${index}: ${result.rows} rows compared, ${verdict}.`, ...lag, ...moving]
}
