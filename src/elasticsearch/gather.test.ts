import { expect, test } from 'vitest'
import { gather } from './gather.ts'

/** What was sent, and how to answer it. Answers are the asked texts in upper case. */
function desk(rule = { open: 2, batch: 3 }) {
  const sent: { readonly asks: readonly string[]; readonly signal: AbortSignal; end: () => void }[] = []
  const send = async (asks: readonly string[], signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    sent.push({ asks, signal, end: resolve })
    await promise
    return asks.map((ask) => ask.toUpperCase())
  }
  const ask = gather<string, string>(
    {
      one: async (text, signal) => (await send([text], signal))[0] ?? '',
      many: async (texts, signal) =>
        (await send(texts, signal)).map((value) =>
          value === 'BAD' ? { status: 'rejected', reason: new Error('bad') } : { status: 'fulfilled', value },
        ),
    },
    rule,
  )
  return { sent, ask, texts: () => sent.map(({ asks }) => asks.join(' ')) }
}

const never = new AbortController().signal
/** Everything that needs no answer has run. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

test('what comes while few are under way goes at once and alone', async () => {
  const { ask, sent, texts } = desk()
  const answers = [ask('a', never), ask('b', never)]
  expect(texts()).toEqual(['a', 'b'])
  for (const { end } of sent) end()
  expect(await Promise.all(answers)).toEqual(['A', 'B'])
})

test('those that waited go together, in order, and no more than a batch holds', async () => {
  const { ask, sent, texts } = desk()
  const answers = [...'abcdef'].map((text) => ask(text, never))
  expect(texts()).toEqual(['a', 'b'])
  sent[0]?.end()
  await settle()
  expect(texts()).toEqual(['a', 'b', 'c d e'])
  sent[2]?.end()
  await settle()
  expect(texts()).toEqual(['a', 'b', 'c d e', 'f'])
  for (const { end } of sent) end()
  expect(await Promise.all(answers)).toEqual([...'ABCDEF'])
})

test('one of a batch that fails fails alone', async () => {
  const { ask, sent } = desk({ open: 1, batch: 3 })
  const answers = Promise.allSettled(['a', 'b', 'bad', 'c'].map((text) => ask(text, never)))
  sent[0]?.end()
  await settle()
  sent[1]?.end()
  expect((await answers).map((one) => ('value' in one ? one.value : String(one.reason)))).toEqual([
    'A',
    'B',
    'Error: bad',
    'C',
  ])
})

test('a failed batch fails each of its callers, and the next ones are asked', async () => {
  const failing = gather<string, string>(
    { one: async (text) => text, many: () => Promise.reject(new Error('cut off')) },
    { open: 1, batch: 2 },
  )
  const answers = ['a', 'b', 'c', 'd'].map((text) => failing(text, never))
  expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
  ])
})

test('who leaves is answered at once, and the batch is cut when the last has left', async () => {
  const { ask, sent } = desk({ open: 1, batch: 3 })
  const first = ask('a', never)
  const [left, last] = [new AbortController(), new AbortController()]
  const answers = [ask('b', left.signal), ask('c', last.signal)]
  const outcomes = Promise.allSettled(answers)
  sent[0]?.end()
  await first
  await settle()
  left.abort(new Error('b left'))
  await expect(answers[0]).rejects.toThrow('b left')
  expect(sent[1]?.signal.aborted).toBe(false)
  last.abort(new Error('c left'))
  expect(sent[1]?.signal.aborted).toBe(true)
  sent[1]?.end()
  expect((await outcomes).map((one) => 'reason' in one && String(one.reason))).toEqual([
    'Error: b left',
    'Error: c left',
  ])
})

test('who leaves the line is not asked for', async () => {
  const { ask, sent, texts } = desk({ open: 1, batch: 3 })
  const leaver = new AbortController()
  const answers = [ask('a', never), ask('b', leaver.signal), ask('c', never)]
  const outcomes = Promise.allSettled(answers)
  leaver.abort(new Error('left'))
  await expect(ask('d', leaver.signal)).rejects.toThrow('left')
  sent[0]?.end()
  await settle()
  expect(texts()).toEqual(['a', 'c'])
  sent[1]?.end()
  await outcomes
})
