import { expect, test } from 'vitest'
import {
  condensedNdcg,
  evaluation,
  judgedShare,
  mean,
  ndcg,
  parseJudgments,
  recall,
  reciprocalRank,
} from './judgments.ts'

const LABELS = new Map([
  ['a', 3],
  ['b', 2],
  ['c', 0],
])

test('the ideal order has 1, an order without relevant hits 0', () => {
  expect(ndcg(['a', 'b', 'c'], LABELS, 10)).toBe(1)
  expect(ndcg(['c', 'x'], LABELS, 10)).toBe(0)
})

test('the gain is 2^g - 1 and falls with the logarithm of the rank', () => {
  const ideal = 7 / Math.log2(2) + 3 / Math.log2(3)
  expect(ndcg(['x', 'b', 'a'], LABELS, 10)).toBeCloseTo((3 / Math.log2(3) + 7 / Math.log2(4)) / ideal, 12)
})

test('ranks beyond the depth do not count', () => {
  expect(ndcg(['x', 'a'], LABELS, 1)).toBe(0)
})

test('a query without relevant labels has 0, not a division by zero', () => {
  expect(ndcg(['c'], new Map([['c', 0]]), 10)).toBe(0)
})

test('the first hit that is good decides the reciprocal rank', () => {
  expect(reciprocalRank(['c', 'b', 'a'], LABELS)).toBe(0.5)
  expect(reciprocalRank(['c'], LABELS)).toBe(0)
})

test('the judged share leaves unjudged hits out', () => {
  expect(judgedShare(['a', 'x', 'c', 'y'], LABELS, 10)).toBe(0.5)
  expect(mean([])).toBe(0)
})

test('judgments are read by column and split, with quoted cells', () => {
  const csv = 'query,docid,rating,split\n"cable, ""hdmi""",7,3,train\nmouse,8,1,test\n'
  expect([...parseJudgments(csv, 'train')]).toEqual([['cable, "hdmi"', new Map([['7', 3]])]])
  expect(parseJudgments(csv, null).size).toBe(2)
})

test('a file without the columns is refused by name', () => {
  expect(() => parseJudgments('a,b\n1,2', null)).toThrow('expected a column query, got a,b')
})

test('unjudged hits cost nothing in the condensed figure', () => {
  expect(condensedNdcg(['x', 'a', 'y', 'b'], LABELS, 10)).toBe(1)
})

test('recall counts good items only', () => {
  expect(recall(['x', 'a', 'c'], LABELS, 24)).toBe(0.5)
  expect(recall(['c'], new Map([['c', 0]]), 24)).toBe(0)
})

test('an evaluation is the mean over its queries', () => {
  const judged = { step: 'all_words', labels: LABELS }
  const figures = evaluation([
    { ...judged, query: 'one', ranked: ['a', 'b'], ms: 4 },
    { ...judged, query: 'two', ranked: [], step: 'popular', ms: 8 },
  ])
  expect(figures).toMatchObject({ queries: 2, ndcg_10: 0.5, mrr: 0.5, zero_results: 1, p50_ms: 4 })
})
