import { expect, test } from 'vitest'
import type { Step } from '../catalog/answers.ts'
import type { SpellEntry } from '../elasticsearch/query/spelling.ts'
import { readQuery } from '../elasticsearch/query/text.ts'
import { climb, type LadderCalls } from './ladder.ts'

type Answers = {
  /** Hits by step; missing: 0. */
  readonly counts: Partial<Record<Step, number>>
  readonly entries?: readonly SpellEntry[]
  readonly matched?: readonly string[]
  /** Items by rewritten query. */
  readonly rewrites?: Readonly<Record<string, number>>
}

/** A ladder over an index that answers as told; it records which steps were asked. */
function ladderOver(answers: Answers): LadderCalls<null> & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    ask(step, _asked, used) {
      asked.push(`${step} ${used.text}`)
      const entries = step === 'all_words' ? (answers.entries ?? []) : []
      return Promise.resolve({ step, used, count: answers.counts[step] ?? 0, entries, reply: null })
    },
    bestHit: () => Promise.resolve(answers.matched ?? []),
    count: (rewrites) =>
      Promise.resolve(
        rewrites.map(({ tokens }) => ({ items: answers.rewrites?.[tokens.join(' ')] ?? 0, own: 0 })),
      ),
  }
}

const KEYBOARD: SpellEntry = { text: 'keybord', options: [{ text: 'keyboard', freq: 100 }] }

test('five hits with every word end the climb', async () => {
  const calls = ladderOver({ counts: { all_words: 5 }, entries: [KEYBOARD] })
  expect(await climb(readQuery('keybord'), false, calls)).toMatchObject({ step: 'all_words', offered: null })
  expect(calls.asked).toHaveLength(1)
})

test('one hit that has the code is enough', async () => {
  const calls = ladderOver({ counts: { all_words: 1 }, matched: ['code:exact:code'] })
  expect(await climb(readQuery('tn2110'), false, calls)).toMatchObject({ step: 'code' })
})

test('one hit that has a piece of the code is enough', async () => {
  const calls = ladderOver({ counts: { all_words: 1 }, matched: ['code:prefix'] })
  expect(await climb(readQuery('lc30hv'), false, calls)).toMatchObject({ step: 'code_part' })
})

test('without hits the correction is applied', async () => {
  const calls = ladderOver({ counts: { corrected: 34 }, entries: [KEYBOARD] })
  const climbed = await climb(readQuery('wireless keybord'), false, calls)
  expect(climbed).toMatchObject({ step: 'corrected', used: { text: 'wireless keyboard' }, offered: null })
})

test('the last word may be the beginning of one', async () => {
  const entries = [{ text: 'keyb', options: [{ text: 'key', freq: 900 }] }]
  const calls = ladderOver({ counts: { prefix: 20, corrected: 90 }, entries })
  expect(await climb(readQuery('wireless keyb'), false, calls)).toMatchObject({ step: 'prefix' })
})

test('a correction that completes the last word is better than its beginning', async () => {
  const entries = [{ text: 'keyboar', options: [{ text: 'keyboard', freq: 100 }] }]
  const calls = ladderOver({ counts: { prefix: 20, corrected: 20 }, entries })
  expect(await climb(readQuery('wireless keyboar'), false, calls)).toMatchObject({ step: 'corrected' })
})

test('with a few hits the correction is only offered', async () => {
  const calls = ladderOver({ counts: { all_words: 2, any_word: 40 }, entries: [KEYBOARD] })
  const climbed = await climb(readQuery('wireless keybord'), false, calls)
  expect(climbed).toMatchObject({ step: 'any_word', count: 40, offered: 'wireless keyboard' })
})

test('a corrected sentence that no item has altogether is not loosened further', async () => {
  const calls = ladderOver({ counts: { any_word: 9, corrected_any_word: 900 }, entries: [KEYBOARD] })
  const climbed = await climb(readQuery('a keybord for my old hands'), false, calls)
  expect(climbed).toMatchObject({ step: 'any_word' })
})

test('a word cut in two wins over a correction that fewer items have', async () => {
  const entries = [{ text: 'harddrive', options: [{ text: 'harddrives', freq: 3 }] }]
  const calls = ladderOver({ counts: { split: 203, corrected: 3 }, entries, rewrites: { 'hard drive': 203 } })
  expect(await climb(readQuery('harddrive'), false, calls)).toMatchObject({
    step: 'split',
    used: { text: 'hard drive' },
  })
})

test('a near correction that more items have wins over a cut', async () => {
  const entries = [{ text: 'hardrive', options: [{ text: 'harddrive', freq: 500 }] }]
  const calls = ladderOver({ counts: { split: 9, corrected: 500 }, entries, rewrites: { 'har drive': 9 } })
  expect(await climb(readQuery('hardrive'), false, calls)).toMatchObject({ step: 'corrected' })
})

test('neighbours are joined when that finds enough', async () => {
  const calls = ladderOver({ counts: { joined: 184 }, rewrites: { laptop: 184 } })
  expect(await climb(readQuery('lap top'), false, calls)).toMatchObject({
    step: 'joined',
    used: { text: 'laptop' },
  })
})

test('loosening that finds nothing more leaves the few hits of all words', async () => {
  const calls = ladderOver({ counts: { all_words: 2, any_word: 2 } })
  expect(await climb(readQuery('mousemat'), false, calls)).toMatchObject({ step: 'all_words', count: 2 })
})

test('words as typed are never changed when exact is asked for', async () => {
  const calls = ladderOver({ counts: { any_word: 900 }, entries: [KEYBOARD] })
  const climbed = await climb(readQuery('keybord'), true, calls)
  expect(climbed).toMatchObject({ step: 'all_words', count: 0, offered: 'keyboard' })
  expect(calls.asked).toHaveLength(1)
})

test('a word that nothing has ends at what is popular', async () => {
  const calls = ladderOver({ counts: { popular: 24 } })
  expect(await climb(readQuery('qwzxv'), false, calls)).toMatchObject({ step: 'popular' })
  const steps = ['all_words', 'prefix', 'any_word', 'code_part', 'popular']
  expect(calls.asked).toEqual(steps.map((step) => `${step} qwzxv`))
})
