/**
 * Which correction to take for words that the catalogue does not have (search design 5.3), and where words may
 * have been written apart or together. The term suggester proposes; its own order changes words that are right,
 * so options are sorted by edits, then by how many items have the word.
 */
import { editDistance } from '../../catalog/edit-distance.ts'
import type { Clause } from './clause.ts'

/** What the suggester says about one word; no options: the word is known, or nothing is near. */
export type SpellEntry = {
  readonly text: string
  readonly options: readonly { readonly text: string; readonly freq: number }[]
}

/** A corrected query. */
export type Correction = {
  readonly tokens: readonly string[]
  /** Most edits in one word, 1 or 2. */
  readonly edits: number
  /** Items that have the rarest of the corrected words. */
  readonly items: number
}

/** Words written apart or together: the query with the change, and the clause that counts its items. */
export type Rewrite = {
  readonly tokens: readonly string[]
  readonly count: Clause
  /** Word of the query that is cut; its own items must be fewer than those of the pieces. */
  readonly own: Clause | null
}

const SPELL_TOKENS_MAX = 10
const EDITS_MAX = 2
/** From this many words on a query is a sentence: see `bestCorrection`. */
export const SENTENCE_WORDS = 5
const SPLIT_MIN = 6
const SPLIT_MAX = 24
const PIECE_MIN = 3
/** Bounds the clauses of the counting request, which is one filter each. */
const REWRITES_MAX = 60

/** Words to ask the suggester about: a token with a digit is never corrected, one character is another product. */
export function spellText(tokens: readonly string[]): string | null {
  const words = tokens.filter((token) => !/\d/.test(token)).slice(0, SPELL_TOKENS_MAX)
  return words.length > 0 ? words.join(' ') : null
}

/**
 * The query with every unknown word corrected, or null when there is nothing to correct. A sentence of 5 words or
 * more is corrected only when most of its words stay: "something to keep my coffee hot" became nonsense.
 */
export function bestCorrection(tokens: readonly string[], entries: readonly SpellEntry[]): Correction | null {
  const best = new Map<string, { text: string; freq: number; edits: number }>()
  for (const { text, options } of entries) {
    const ranked = options
      .map((option) => ({ ...option, edits: editDistance(text, option.text) }))
      .filter((option) => option.edits <= EDITS_MAX)
      .sort((a, b) => a.edits - b.edits || b.freq - a.freq)
    if (ranked[0]) best.set(text, ranked[0])
  }
  const changed = tokens.filter((token) => best.has(token)).length
  if (changed === 0) return null
  if (tokens.length >= SENTENCE_WORDS && changed * 2 >= tokens.length) return null
  const used = [...best.values()]
  return {
    tokens: tokens.map((token) => best.get(token)?.text ?? token),
    edits: Math.max(...used.map((option) => option.edits)),
    items: Math.min(...used.map((option) => option.freq)),
  }
}

/** Every way to cut one word of letters in two pieces. */
export function splitRewrites(tokens: readonly string[]): Rewrite[] {
  const rewrites = tokens.flatMap((token, at) => {
    if (!/^\p{L}+$/u.test(token) || token.length < SPLIT_MIN || token.length > SPLIT_MAX) return []
    return Array.from({ length: token.length - 2 * PIECE_MIN + 1 }, (_, i) => {
      const pieces = [token.slice(0, i + PIECE_MIN), token.slice(i + PIECE_MIN)]
      return {
        tokens: [...tokens.slice(0, at), ...pieces, ...tokens.slice(at + 1)],
        count: rawWords(pieces.join(' ')),
        own: rawWords(token),
      }
    })
  })
  return rewrites.slice(0, REWRITES_MAX)
}

/** Every pair of neighbours written as one word. */
export function joinRewrites(tokens: readonly string[]): Rewrite[] {
  return tokens.slice(1).map((token, i) => {
    const joined = `${tokens[i]}${token}`
    return {
      tokens: [...tokens.slice(0, i), joined, ...tokens.slice(i + 2)],
      count: { match: { name: joined } },
      own: null,
    }
  })
}

function rawWords(query: string): Clause {
  return { match: { 'name.raw': { query, operator: 'and' } } }
}
