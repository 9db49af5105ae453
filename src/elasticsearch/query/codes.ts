/**
 * Codes in a query: SKU, part and model numbers however they are written (search design 5.2). A code candidate
 * is letters and digits only, lower case. Order that follows from the boosts: exact code, exact code among other
 * words, prefix, part between separators, inner piece, text.
 */

import { fold } from '../../catalog/fold.ts'
import type { Clause } from './clause.ts'

/** What a query may mean as codes. */
export type CodeCandidates = {
  /** The whole query as one code. */
  readonly whole: string | null
  /** Words, and neighbours joined, that look like a code; without `whole`. */
  readonly parts: readonly string[]
  /** The query is so much like a code that pieces inside codes may match. */
  readonly inner: boolean
}

/** How much of a code a hit has, from the whole to a piece. */
export type CodeTier = 'exact' | 'word' | 'prefix' | 'part' | 'inner'

/** Tiers of the clauses that a hit matched. @param matched `matched_queries` of the hit */
export function codeTiers(matched: readonly string[]): CodeTier[] {
  return matched.flatMap((name) => (name.startsWith('code:') ? [name.split(':')[1] as CodeTier] : []))
}

const WORDS_READ = 12
const CODE_MIN = 4
const PAIR_MIN = 5
const CODE_MAX = 32
const PARTS_MAX = 8
/** Below this a part of a code is too short for its prefix to mean anything. */
const PREFIX_MIN = 5

/** @param text a cleaned query */
export function codeCandidates(text: string): CodeCandidates {
  const words = text.split(' ').slice(0, WORDS_READ).map(codeOf).filter(Boolean)
  const joined = words.join('')
  const whole = isCode(joined, CODE_MIN) ? joined : null
  const pairs = words.slice(1).map((word, i) => `${words[i]}${word}`)
  const parts = [
    ...words.filter((word) => isCode(word, CODE_MIN)),
    ...pairs.filter((pair) => isCode(pair, PAIR_MIN)),
  ]
  const isCodeLike = words.length === 1 || words.every((word) => /\d/.test(word) || word.length < 4)
  return {
    whole,
    parts: [...new Set(parts)].filter((part) => part !== whole).slice(0, PARTS_MAX),
    inner: whole !== null && words.length <= 3 && isCodeLike,
  }
}

/** The clause that finds the candidates, or null when there are none. */
export function codeClause({ whole, parts, inner }: CodeCandidates): Clause | null {
  if (whole === null && parts.length === 0) return null
  const queries = [...(whole === null ? [] : wholeClauses(whole, inner)), ...parts.flatMap(partClauses)]
  return { dis_max: { queries } }
}

/** Last resort for one word of letters: the beginning or the inside of a code. */
export function letterCodeClause(token: string): Clause | null {
  const code = codeOf(token)
  if (code.length < 3 || code.length > CODE_MAX) return null
  return { dis_max: { queries: [prefixClause(code), innerClause(code)] } }
}

function codeOf(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{N}]+/gu, '')
}

function isCode(text: string, min: number): boolean {
  return text.length >= min && text.length <= CODE_MAX && /\d/.test(text)
}

function wholeClauses(code: string, inner: boolean): Clause[] {
  return [
    constant(1000, { term: { code } }, 'code:exact:code'),
    constant(1000, { term: { gtin: code } }, 'code:exact:gtin'),
    prefixClause(code),
    constant(200, { term: { 'code.parts': code } }, 'code:part'),
    ...(inner ? [innerClause(code)] : []),
  ]
}

/** The longest part wins; without its length 2 % of "code and one more word" went wrong. */
function partClauses(code: string): Clause[] {
  const boost = 500 + code.length
  return [
    constant(boost, { term: { code } }, `code:word:code:${code}`),
    constant(boost, { term: { gtin: code } }, `code:word:gtin:${code}`),
    ...(code.length >= PREFIX_MIN ? [constant(5, { term: { 'code.pre': code } })] : []),
  ]
}

/** The `match` beside the tier puts the shorter code first. */
function prefixClause(code: string): Clause {
  return {
    bool: {
      must: [constant(300, { term: { 'code.pre': code } }, 'code:prefix')],
      should: [{ match: { 'code.pre': { query: code } } }],
    },
  }
}

/** One `term` per trigram: `operator: and` on a gram filter means OR, because all grams share one position. */
function innerClause(code: string): Clause {
  const letters = [...code] // code points: half a pair is no JSON that Elasticsearch reads
  const grams = new Set(letters.slice(2).map((_, i) => letters.slice(i, i + 3).join('')))
  const filter = [...grams].map((gram) => ({ term: { 'code.tri': gram } }))
  return {
    bool: {
      must: [constant(100, { bool: { filter } }, 'code:inner')],
      should: [{ match: { 'code.tri': code } }],
    },
  }
}

/** The server keeps one clause per name, so each has its own. */
function constant(boost: number, filter: Clause, name?: string): Clause {
  return { constant_score: { boost, ...(name === undefined ? {} : { _name: name }), filter } }
}
