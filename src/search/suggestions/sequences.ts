/**
 * What the names of a catalogue suggest to type: every sequence of one to three words of letters that occurs in
 * enough names (search design 6). Pure.
 */
import { tokensOf } from '../../elasticsearch/query/text.ts'

/** Sequence to the number of names that have it. */
export type SequenceCounts = Map<string, number>

const WORDS_MAX = 3
/** A sequence of fewer names is chance. */
const NAMES_MIN = 15

/** Words that nobody begins or ends a search with. */
const LINKING = new Set('a an and at by for from in of on or the to with without'.split(' '))

/** Count the sequences of one name; one that occurs twice in it counts once. */
export function countSequences(counts: SequenceCounts, name: string): void {
  for (const sequence of new Set(sequencesOf(tokensOf(name)))) {
    counts.set(sequence, (counts.get(sequence) ?? 0) + 1)
  }
}

/** Sequences that enough names have. */
export function frequentSequences(counts: SequenceCounts): string[] {
  return [...counts].filter(([, names]) => names >= NAMES_MIN).map(([sequence]) => sequence)
}

function sequencesOf(tokens: readonly string[]): string[] {
  return tokens.flatMap((_, start) =>
    Array.from({ length: WORDS_MAX }, (__, i) => tokens.slice(start, start + i + 1))
      .filter((words, i) => words.length === i + 1 && isSuggestible(words))
      .map((words) => words.join(' ')),
  )
}

function isSuggestible(words: readonly string[]): boolean {
  const [first = '', last = ''] = [words[0], words.at(-1)]
  return words.every((word) => /^\p{L}{2,}$/u.test(word)) && !LINKING.has(first) && !LINKING.has(last)
}
