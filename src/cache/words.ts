/**
 * Words as the index keeps them, so that "this item has this word" and "this query asks this word" can be said
 * without asking Elasticsearch. Exact for plain ASCII words; everything else is told apart by `isPlain`, and
 * whoever is not plain is treated as touching everything.
 */

import { fold } from '../catalog/fold.ts'

/** Runs of letters and digits, folded and with `&` read as "and", each as written. */
export function wordsOf(text: string): string[] {
  return fold(text.replaceAll('&', ' and ')).match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Only ASCII letters and digits after folding: then `stem` is what the index does. */
export function isPlain(word: string): boolean {
  return /^[a-z0-9]+$/.test(word)
}

/**
 * The stem of a folded word: plural s only.
 * Source: EnglishMinimalStemmer of Apache Lucene ("S-stemmer"), D. Harman, "How effective is suffixing?",
 * JASIS 42(1), 1991, doi:10.1002/(SICI)1097-4571(199101)42:1<7::AID-ASI2>3.0.CO;2-P.
 */
export function stem(word: string): string {
  const n = word.length
  if (n < 3 || word[n - 1] !== 's') return word
  const before = word[n - 2]
  if (before === 'u' || before === 's') return word
  if (before !== 'e') return word.slice(0, -1)
  const third = word[n - 3] ?? ''
  if (n > 3 && third === 'i' && word[n - 4] !== 'a' && word[n - 4] !== 'e') return `${word.slice(0, n - 3)}y`
  return 'iaoe'.includes(third) ? word : word.slice(0, -1)
}

/** Punctuation inside a word, of which the index makes one token and `wordsOf` makes two. */
const INNER_PUNCTUATION = /[\p{L}\p{N}][.,:;'’_·][\p{L}\p{N}]/u

/** Whether `wordsOf` cuts this text exactly as the index does. */
export function isCutAlike(text: string): boolean {
  return !INNER_PUNCTUATION.test(text)
}
