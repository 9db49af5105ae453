/** Queries as people mistype them and codes as they write them, by seed. */
import { pick } from './random.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const TYPO_WORD_MIN = 5

/** One random edit in every word of 5 letters or more, never of the first letter (search design 13). */
export function mistyped(query: string, random: () => number): string {
  return query
    .split(' ')
    .map((word) => (isTypoWord(word) ? editedOnce(word, random) : word))
    .join(' ')
}

/** Whether a query has a word long enough to be mistyped. */
export function canBeMistyped(query: string): boolean {
  return query.split(' ').some(isTypoWord)
}

function isTypoWord(word: string): boolean {
  return word.length >= TYPO_WORD_MIN && /^\p{L}+$/u.test(word)
}

/** One letter left out, put in, changed, or swapped with its neighbour. @param word at least 3 letters */
export function editedOnce(word: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (word.length - 1))
  const letter = pick(random, [...LETTERS])
  const [before, rest] = [word.slice(0, at), word.slice(at)]
  switch (pick(random, ['drop', 'insert', 'change', 'swap'] as const)) {
    case 'drop':
      return before + rest.slice(1)
    case 'insert':
      return before + letter + rest
    case 'change':
      return before + letter + rest.slice(1)
    default: {
      const from = Math.min(at, word.length - 2)
      return `${word.slice(0, from)}${word[from + 1]}${word[from]}${word.slice(from + 2)}`
    }
  }
}
