/**
 * What a person typed, before anything else looks at it (search design 4): one form for the same characters,
 * nothing that no analyzer can use, and the words as the `raw` analyzer would cut them. No text can make this
 * throw. Most of what is typed is plain: nothing is normalised, dropped or folded there, and a word ends where its letters
 * and digits do.
 */
import { fold, isPlainText } from '../../catalog/fold.ts'

/** Longest query that is read, in characters after cleaning: 10,000 in one word took 300 ms. */
export const QUERY_LENGTH_MAX = 200
/** Words beyond this many are not read: 2,000 words took 150 ms. */
export const QUERY_WORDS_MAX = 20

/** A cleaned query. */
export type QueryText = {
  /** For people and for the analyzers: cleaned, at most `QUERY_WORDS_MAX` words. */
  readonly text: string
  /** Lower case, folded, as the `raw` analyzer cuts them. Empty: there is nothing to search for. */
  readonly tokens: readonly string[]
  /** Words were left out. */
  readonly truncated: boolean
}

// Control, format, surrogate (alone, so broken) and private-use characters; symbols; and what dresses an emoji.
// The standard tokenizer makes a word of an emoji, and then "all words" finds nothing.
const USELESS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{So}\p{Emoji_Modifier}\uFE0E\uFE0F\u20E3]/gu

const WORDS = new Intl.Segmenter('en', { granularity: 'word' })

/** Characters of a query that are used: Unicode NFKC, useless ones as spaces, spaces collapsed and trimmed. */
export function cleanQuery(typed: string): string {
  if (isPlainText(typed)) return typed.replaceAll(/ {2,}/g, ' ').trim()
  return typed.toWellFormed().normalize('NFKC').replaceAll(USELESS, ' ').replaceAll(/\s+/gu, ' ').trim()
}

/** Words of a cleaned text as the `raw` analyzer cuts them: Unicode word boundaries, `&` read as "and". */
export function tokensOf(text: string): string[] {
  return wordsOf(text.replaceAll('&', ' and ')).map((word) => fold(word.segment))
}

/**
 * Read a query.
 * @param typed any text, broken Unicode included
 */
export function readQuery(typed: string): QueryText {
  const cleaned = cleanQuery(typed)
  const beyond = wordsOf(cleaned)[QUERY_WORDS_MAX]
  const text = beyond ? cleaned.slice(0, beyond.index).trim() : cleaned
  return { text, tokens: tokensOf(text), truncated: beyond !== undefined }
}

/** Characters as people count them: an astral one is one. */
export function lengthOf(text: string): number {
  return [...text].length
}

function wordsOf(text: string): { segment: string; index: number }[] {
  if (isPlainText(text)) {
    return Array.from(text.matchAll(/[^ ]+/g), ({ 0: segment, index }) => ({ segment, index }))
  }
  return [...WORDS.segment(text)].filter((part) => part.isWordLike)
}
