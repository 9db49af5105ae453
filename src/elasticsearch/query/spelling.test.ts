import { expect, test } from 'vitest'
import { bestCorrection, joinRewrites, spellText, splitRewrites } from './spelling.ts'

const entry = (text: string, ...options: [string, number][]) => ({
  text,
  options: options.map(([option, freq]) => ({ text: option, freq })),
})

test('fewer edits win over more items, and more items among equals', () => {
  const entries = [entry('wireles', ['wires', 900], ['wireless', 40]), entry('keybord', ['keyboard', 7])]
  expect(bestCorrection(['wireles', 'keybord'], entries)).toEqual({
    tokens: ['wireless', 'keyboard'],
    edits: 1,
    items: 7,
  })
})

test('an option three edits away is no correction', () => {
  expect(bestCorrection(['hous'], [entry('hous', ['mouse1x', 900])])).toBeNull()
})

test('a sentence whose words are mostly unknown is left as it is', () => {
  const tokens = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']
  const entries = tokens.slice(0, 3).map((token) => entry(token, [`${token}x`, 5]))
  expect(bestCorrection(tokens, entries)).toBeNull()
  expect(bestCorrection(tokens, entries.slice(0, 2))?.tokens).toEqual([
    'aaaax',
    'bbbbx',
    'cccc',
    'dddd',
    'eeee',
  ])
})

test('words with a digit are never offered for correction', () => {
  expect(spellText(['tn2110', 'toner'])).toBe('toner')
  expect(spellText(['tn2110'])).toBeNull()
})

test('a word is cut only into pieces of three letters or more', () => {
  expect(splitRewrites(['harddrive']).map((rewrite) => rewrite.tokens.join(' '))).toEqual([
    'har ddrive',
    'hard drive',
    'hardd rive',
    'harddr ive',
  ])
  expect(splitRewrites(['mouse', 'usb30hub'])).toEqual([])
})

test('neighbours are written as one word, each pair once', () => {
  expect(joinRewrites(['lap', 'top', 'bag']).map((rewrite) => rewrite.tokens.join(' '))).toEqual([
    'laptop bag',
    'lap topbag',
  ])
})
