/** What each step of the ladder asks for (search design 5.3). Pure, so that a cursor can ask it again. */
import type { Step } from '../catalog/answers.ts'
import type { Clause } from '../elasticsearch/query/clause.ts'
import { codeCandidates, codeClause, letterCodeClause } from '../elasticsearch/query/codes.ts'
import { type QueryText, readQuery } from '../elasticsearch/query/text.ts'
import { allWords, anyWord, originalThenSplit, unfinishedWord } from '../elasticsearch/query/words.ts'

/** The words of a query after a change. */
export function queryOf(tokens: readonly string[]): QueryText {
  return readQuery(tokens.join(' '))
}

/** Whether the query may be a code, so that the best hit has to be looked at. */
export function hasCodes(query: QueryText): boolean {
  return codeClause(codeCandidates(query.text)) !== null
}

/**
 * @param asked the query as typed
 * @param used the query as this step reads it
 * @returns the clause, or null: no words, every item
 */
export function clauseOf(step: Step, asked: QueryText, used: QueryText): Clause | null {
  switch (step) {
    case 'browse':
    case 'popular':
      return null
    case 'code':
    case 'all_words':
      return allWords(asked)
    case 'code_part':
      return hasCodes(asked) ? allWords(asked) : letterCodeClause(asked.tokens.join(''))
    case 'prefix':
      return unfinishedWord(asked)
    case 'split':
      return originalThenSplit(asked, used)
    case 'joined':
    case 'corrected':
      return allWords(used)
    case 'corrected_any_word':
      return anyWord(used)
    case 'any_word':
      return anyWord(asked)
    default:
      throw new Error(`step not handled: ${step satisfies never}`)
  }
}
