/**
 * How good a ranking is by judged queries (search design 13). Normalized discounted cumulative gain with gain
 * 2^g - 1, discount log2(rank + 1), the ideal from the labels, unjudged hits 0 (Järvelin and Kekäläinen, 2002,
 * doi:10.1145/582415.582418; this gain: Burges et al., 2005, doi:10.1145/1102351.1102363). Never compare figures
 * made by other formulas. Pure.
 */

/** Labels of one query: id of an item to grade, 0 (bad) to 3 (exact). */
export type Labels = ReadonlyMap<string, number>

/** Queries with their labels, in the order of the file. */
export type Judgments = ReadonlyMap<string, Labels>

/**
 * Read a CSV with the columns query, docid, rating and split.
 * @param split only queries of this split; null: all
 * @throws Error for a missing column or a line that is no judgment
 */
export function parseJudgments(csv: string, split: string | null): Judgments {
  const [header = '', ...lines] = csv.trim().split(/\r?\n/)
  const columns = header.split(',')
  const at = (name: string) => {
    const index = columns.indexOf(name)
    if (index < 0) throw new Error(`judgments: expected a column ${name}, got ${header}`)
    return index
  }
  const [query, docid, rating, splitAt] = [at('query'), at('docid'), at('rating'), at('split')]
  const judgments = new Map<string, Map<string, number>>()
  for (const line of lines) {
    const cells = csvCells(line)
    if (split !== null && cells[splitAt] !== split) continue
    const grade = Number(cells[rating])
    const [text, id] = [cells[query], cells[docid]]
    if (text === undefined || id === undefined || !Number.isFinite(grade)) {
      throw new Error(`judgments: not a judgment: ${line}`)
    }
    const labels = judgments.get(text) ?? new Map<string, number>()
    judgments.set(text, labels.set(id, grade))
  }
  return judgments
}

/** @param ranked ids, best first @param depth ranks that count @returns 0..1; 0 when no label is above 0 */
export function ndcg(ranked: readonly string[], labels: Labels, depth: number): number {
  const gained = discounted(ranked.map((id) => labels.get(id) ?? 0).slice(0, depth))
  const ideal = discounted([...labels.values()].sort((a, b) => b - a).slice(0, depth))
  return ideal === 0 ? 0 : gained / ideal
}

/** Share of the first `depth` hits that have a label, 0..1. */
export function judgedShare(ranked: readonly string[], labels: Labels, depth: number): number {
  const seen = ranked.slice(0, depth)
  return seen.length === 0 ? 0 : seen.filter((id) => labels.has(id)).length / seen.length
}

/** 1 / rank of the first hit with a grade of 2 or more; 0 without one. */
export function reciprocalRank(ranked: readonly string[], labels: Labels): number {
  const at = ranked.findIndex((id) => (labels.get(id) ?? 0) >= 2)
  return at < 0 ? 0 : 1 / (at + 1)
}

/** Good items (grade 2 or more) among the first `depth` hits, as a share of those that fit there, 0..1. */
export function recall(ranked: readonly string[], labels: Labels, depth: number): number {
  const good = [...labels].filter(([, grade]) => grade >= 2).map(([id]) => id)
  const seen = new Set(ranked.slice(0, depth))
  return good.length === 0 ? 0 : good.filter((id) => seen.has(id)).length / Math.min(good.length, depth)
}

/** nDCG without the hits that nobody judged: what is new is not counted as bad. */
export function condensedNdcg(ranked: readonly string[], labels: Labels, depth: number): number {
  return ndcg(
    ranked.filter((id) => labels.has(id)),
    labels,
    depth,
  )
}

/** One query as it was answered. @property ms time of the whole answer */
export type Judged = {
  readonly query: string
  readonly step: string
  readonly ranked: readonly string[]
  readonly labels: Labels
  readonly ms: number
}

/** Means over queries, 0..1; times in ms. */
export type Evaluation = {
  readonly queries: number
  readonly ndcg_10: number
  readonly mrr: number
  readonly recall_24: number
  readonly judged_10: number
  readonly condensed_ndcg_10: number
  readonly zero_results: number
  readonly p50_ms: number
  readonly p95_ms: number
}

export function evaluation(judged: readonly Judged[]): Evaluation {
  const over = (score: (ranked: readonly string[], labels: Labels) => number) =>
    rounded(mean(judged.map(({ ranked, labels }) => score(ranked, labels))))
  const times = judged.map(({ ms }) => ms).sort((a, b) => a - b)
  const quantile = (share: number) => rounded(times[Math.floor(share * (times.length - 1))] ?? 0)
  return {
    queries: judged.length,
    ndcg_10: over((ranked, labels) => ndcg(ranked, labels, 10)),
    mrr: over(reciprocalRank),
    recall_24: over((ranked, labels) => recall(ranked, labels, 24)),
    judged_10: over((ranked, labels) => judgedShare(ranked, labels, 10)),
    condensed_ndcg_10: over((ranked, labels) => condensedNdcg(ranked, labels, 10)),
    zero_results: judged.filter(({ step }) => step === 'popular').length,
    p50_ms: quantile(0.5),
    p95_ms: quantile(0.95),
  }
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

function discounted(grades: readonly number[]): number {
  return grades.reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0)
}

/** Cells of one line; a cell in double quotes may hold commas and doubled quotes. */
function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}

function rounded(value: number): number {
  return Number(value.toFixed(4))
}
