/**
 * The ladder (search design 5.3): from the strict reading of a query to looser ones, and no further than needed.
 *
 * | step | when |
 * |---|---|
 * | `code` | the best hit has one of the codes |
 * | `all_words` | 5 hits or more have every word |
 * | `code_part` | the best hit has a piece of the code |
 * | `prefix` | none: 5 or more have a name with a word that begins with the last |
 * | `split` | none, or few for one word: a word cut in two finds 3 items or more |
 * | `joined` | none: two neighbours written as one find 5 or more |
 * | `corrected`, `corrected_any_word` | none: misspelt words replaced |
 * | `any_word` | fewer than 5 so far: items with one of the words |
 * | `code_part` | one word, still none: the inside of a code, letters allowed |
 * | `popular` | still none: in-stock items instead |
 *
 * Hits are counted before facets are chosen: choosing a brand never loosens the words.
 */
import type { Step } from '../catalog/answers.ts'
import { codeTiers } from '../elasticsearch/query/codes.ts'
import {
  bestCorrection,
  type Correction,
  joinRewrites,
  type Rewrite,
  SENTENCE_WORDS,
  type SpellEntry,
  splitRewrites,
} from '../elasticsearch/query/spelling.ts'
import type { QueryText } from '../elasticsearch/query/text.ts'
import { hasCodes, queryOf } from './steps.ts'

/** One answered step. */
export type Rung<Reply> = {
  readonly step: Step
  readonly used: QueryText
  /** Hits before facets are chosen. */
  readonly count: number
  readonly entries: readonly SpellEntry[]
  readonly reply: Reply
}

/** What the ladder needs of the index. */
export type LadderCalls<Reply> = {
  /** Run a step as the caller wants its page. */
  ask(step: Step, asked: QueryText, used: QueryText): Promise<Rung<Reply>>
  /** Names of the clauses that the best hit of a rung matched. */
  bestHit(rung: Rung<Reply>, asked: QueryText): Promise<readonly string[]>
  /** Items of each rewrite, and of the word it cuts, in one request. */
  count(rewrites: readonly Rewrite[]): Promise<readonly { readonly items: number; readonly own: number }[]>
}

export type Climbed<Reply> = Rung<Reply> & {
  /** A correction that was not applied. */
  readonly offered: string | null
}

const ENOUGH = 5
const REWRITE_MIN = 3

/** @param exact stop after the first step */
export async function climb<Reply>(
  asked: QueryText,
  exact: boolean,
  calls: LadderCalls<Reply>,
): Promise<Climbed<Reply>> {
  const first = await calls.ask('all_words', asked, asked)
  const correction = bestCorrection(asked.tokens, first.entries)
  const offered = correction && first.count < ENOUGH ? correction.tokens.join(' ') : null
  const tiers = first.count > 0 && hasCodes(asked) ? codeTiers(await calls.bestHit(first, asked)) : []
  if (tiers.includes('exact') || tiers.includes('word')) {
    return { ...first, step: 'code', offered: null }
  }
  if (first.count >= ENOUGH) return { ...first, offered: null }
  if (tiers.length > 0) return { ...first, step: 'code_part', offered: null }
  if (exact) return { ...first, offered }

  const looser =
    (first.count === 0 ? await tryUnfinished(asked, correction, calls) : null) ??
    (await tryRewrites(asked, first, correction, calls)) ??
    (first.count === 0 && correction ? await tryCorrection(asked, correction, calls) : null)
  if (looser) return { ...looser, offered: first.count > 0 ? offered : null }

  const anyWord = await calls.ask('any_word', asked, asked)
  if (anyWord.count > first.count) return { ...anyWord, offered }
  if (first.count > 0) return { ...first, offered }
  if (asked.tokens.length === 1) {
    const part = await calls.ask('code_part', asked, asked)
    if (part.count > 0) return { ...part, offered }
  }
  return { ...(await calls.ask('popular', asked, asked)), offered }
}

/**
 * The last word as the beginning of one. A correction that completes it knows the whole word, so it ranks better:
 * "pro controlle" has nDCG 1 corrected and 0 as a beginning.
 */
async function tryUnfinished<Reply>(
  asked: QueryText,
  correction: Correction | null,
  calls: LadderCalls<Reply>,
): Promise<Rung<Reply> | null> {
  const last = asked.tokens.at(-1) ?? ''
  if (!/^\p{L}{2,}$/u.test(last)) return null
  const corrected = correction?.tokens.at(-1) ?? last
  if (corrected !== last && corrected.startsWith(last)) return null
  const rung = await calls.ask('prefix', asked, asked)
  return rung.count >= ENOUGH ? rung : null
}

/** Words cut in two, or two written as one. */
async function tryRewrites<Reply>(
  asked: QueryText,
  first: Rung<Reply>,
  correction: Correction | null,
  calls: LadderCalls<Reply>,
): Promise<Rung<Reply> | null> {
  const isOneWord = asked.tokens.length === 1
  if (first.count > 0 && !isOneWord) return null
  const splits = splitRewrites(asked.tokens)
  const joins = first.count === 0 ? joinRewrites(asked.tokens) : []
  if (splits.length + joins.length === 0) return null
  const counts = await calls.count([...splits, ...joins])
  const split = mostItems(splits, counts)
  const isCorrectionBetter = split && correction && correction.edits === 1 && correction.items >= split.items
  if (split && !isCorrectionBetter) {
    const rung = await calls.ask('split', asked, queryOf(split.tokens))
    if (rung.count > first.count) return rung
  }
  const join = mostItems(joins, counts.slice(splits.length))
  if (!join) return null
  const rung = await calls.ask('joined', asked, queryOf(join.tokens))
  return rung.count >= ENOUGH ? rung : null
}

async function tryCorrection<Reply>(
  asked: QueryText,
  correction: Correction,
  calls: LadderCalls<Reply>,
): Promise<Rung<Reply> | null> {
  const used = queryOf(correction.tokens)
  const all = await calls.ask('corrected', asked, used)
  if (all.count >= (asked.tokens.length === 1 ? 1 : ENOUGH)) return all
  // One corrected word of a sentence would decide alone: "something to keep my coffee hot" found baying kits.
  if (asked.tokens.length >= SENTENCE_WORDS) return null
  const any = await calls.ask('corrected_any_word', asked, used)
  return any.count > 0 ? any : null
}

/** The rewrite that most items have: enough, and more than have the word as it is. */
function mostItems(
  rewrites: readonly Rewrite[],
  counts: readonly { readonly items: number; readonly own: number }[],
): { tokens: readonly string[]; items: number } | null {
  const ranked = rewrites
    .map((rewrite, i) => ({ tokens: rewrite.tokens, items: counts[i]?.items ?? 0, own: counts[i]?.own ?? 0 }))
    .filter(({ items, own }) => items >= REWRITE_MIN && items > own)
    .sort((a, b) => b.items - a.items)
  return ranked[0] ?? null
}
