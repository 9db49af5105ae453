/** `bin/aisle eval run`: how good search is, by judged queries. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { namesFor } from '../catalog/names.ts'
import { type Command, EXIT, type Parsed } from '../command/command.ts'
import { createReader } from '../elasticsearch/reader.ts'
import { ExitError, messageOf } from '../errors.ts'
import { createPool } from '../postgres/pool.ts'
import type { CatalogSearch } from '../search/contract.ts'
import { createSearch } from '../search/create-search.ts'
import {
  type Evaluation,
  evaluation,
  type Judged,
  type Judgments,
  parseJudgments,
} from '../search/judgments.ts'
import { SearchUnavailable } from '../search/unavailable.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { configOf } from './environment.ts'

/** Recall looks at the first page. */
const HITS = 24
const DEADLINE_MS = 10_000

export const evalCommand: Command = {
  name: 'eval',
  about: 'Measure search by judged queries (nDCG with gain 2^g - 1, unjudged hits 0)',
  positionals: 'run',
  options: {
    judgments: {
      type: 'string',
      value: 'FILE',
      about: 'CSV with the columns query, docid (sku), rating, split',
    },
    split: { type: 'string', value: 'NAME', about: 'Only the queries of this split' },
    least: { type: 'string', value: 'N', about: 'Exit with 1 when nDCG@10 is below N', fallback: '0' },
    json: { type: 'boolean', about: 'Print the figures and every query as JSON' },
  },
  exits: {
    1: 'nDCG@10 is below --least',
    3: 'the file cannot be read, or search cannot answer',
    78: 'configuration',
  },
  examples: ['bin/aisle eval run --judgments judgments.csv --split train'],
  async run(args, signal) {
    if (args.positionals.join(' ') !== 'run') throw new ExitError(EXIT.usage, 'expected: eval run')
    const judgments = await readJudgments(args)
    const config = configOf(process.env)
    const reader = createReader({
      url: config.ELASTICSEARCH_URL,
      maxConnections: 1,
      timeoutMs: DEADLINE_MS,
    })
    const pool = createPool({
      url: config.DATABASE_URL,
      applicationName: 'aisle-eval',
      size: 1,
      statementTimeoutMs: DEADLINE_MS,
    })
    const search = createSearch({
      reader,
      pool,
      degradedPool: pool,
      patience: null, // a figure of another engine would be a lie
      names: namesFor(config.AISLE_NAMESPACE),
      metrics: createMetrics(['search_', 'suggest_', 'es_']),
      cursorSecret: randomUUID(),
      locale: config.AISLE_LOCALE,
      currency: config.AISLE_CURRENCY,
      facets: config.AISLE_FACETS,
      outOfStock: config.AISLE_OUT_OF_STOCK,
      now: () => performance.now(),
      makeId: () => randomUUID(),
    })
    try {
      const judged = await askAll(search, judgments, signal)
      const figures = evaluation(judged)
      print(args, figures, judged)
      return figures.ndcg_10 < Number(args.text('least')) ? EXIT.differences : EXIT.done
    } finally {
      await Promise.all([reader.close(), pool.end()])
    }
  },
}

async function readJudgments(args: Parsed): Promise<Judgments> {
  const file = args.text('judgments')
  if (file === undefined) throw new ExitError(EXIT.usage, '--judgments FILE is needed')
  if (!Number.isFinite(Number(args.text('least'))))
    throw new ExitError(EXIT.usage, '--least: expected a number')
  try {
    const judgments = parseJudgments(await readFile(file, 'utf8'), args.text('split') ?? null)
    if (judgments.size === 0) throw new Error('no judgment of this split')
    return judgments
  } catch (thrown) {
    throw new ExitError(EXIT.preflight, `${file}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

async function askAll(search: CatalogSearch, judgments: Judgments, signal: AbortSignal): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const [query, labels] of judgments) {
    const { hits, step, took_ms } = await askOne(search, query, signal)
    judged.push({ query, step, ranked: hits.map((hit) => hit.sku), labels, ms: took_ms })
  }
  return judged
}

async function askOne(search: CatalogSearch, q: string, signal: AbortSignal) {
  const request = {
    q,
    category: null,
    filters: new Map(),
    price: null,
    sort: 'relevance',
    facets: [],
  } as const
  const page = { page: 1, size: HITS, cursor: null, exact: false }
  try {
    return await search.search(
      { ...request, ...page },
      AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
    )
  } catch (thrown) {
    if (!(thrown instanceof SearchUnavailable)) throw thrown
    throw new ExitError(EXIT.preflight, `search cannot answer: ${thrown.message}`, { cause: thrown })
  }
}

function print(args: Parsed, figures: Evaluation, judged: readonly Judged[]): void {
  if (args.flag('json')) {
    const queries = judged.map((one) => ({ query: one.query, step: one.step, ...evaluation([one]) }))
    console.log(JSON.stringify({ ...figures, by_query: queries }))
    return
  }
  for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(20)} ${value}`)
}
