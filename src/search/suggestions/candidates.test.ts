import { expect, test } from 'vitest'
import { treeOf } from '../category-tree.ts'
import { suggestionDocuments } from './candidates.ts'
import { countSequences, frequentSequences, type SequenceCounts } from './sequences.ts'

const TREE = treeOf(
  [
    { category_id: '1', path_ids: ['1'], path_names: ['Storage'], path_slugs: ['storage'] },
    {
      category_id: '2',
      path_ids: ['1', '2'],
      path_names: ['Storage', 'Drives'],
      path_slugs: ['storage', 'drives'],
    },
    { category_id: '3', path_ids: ['3'], path_names: ['Empty'], path_slugs: ['empty'] },
  ],
  new Map([
    ['1', 100],
    ['2', 60],
  ]),
  [],
)
const NOTHING = { tree: TREE, queries: [], brands: [], products: [] }
const leaves = [
  ['Storage > Drives', 60],
  ['Storage', 10],
] as const

test('sequences are words of letters that many names share, without linking words at their ends', () => {
  const counts: SequenceCounts = new Map()
  for (let i = 0; i < 15; i++) countSequences(counts, `Cable for HDMI cable ${i}m`)
  countSequences(counts, 'rare words')
  expect(frequentSequences(counts).sort()).toEqual(['cable', 'cable for hdmi', 'hdmi', 'hdmi cable'])
})

test('a category that holds much of the hits is named, and every category above can filter', () => {
  const [words] = suggestionDocuments({ ...NOTHING, queries: [['ssd', { hits: 100, leaves }]] }).filter(
    (document) => document.kind === 'query',
  )
  expect(words).toMatchObject({ t: 'ssd', scope: ['2'], cats: ['1', '2'], hits: 100, pop: 1 })
})

test('words that find nothing and categories without items are not suggested', () => {
  const queries = [['ghost', { hits: 0, leaves: [] }]] as const
  expect(suggestionDocuments({ ...NOTHING, queries }).map((document) => document.t)).toEqual([
    'Storage',
    'Drives',
  ])
})

test('of one text in two kinds the category stays', () => {
  const queries = [['drives', { hits: 9, leaves }]] as const
  const documents = suggestionDocuments({ ...NOTHING, queries })
  expect(documents.filter((document) => document.t.toLowerCase() === 'drives')).toMatchObject([
    { kind: 'category' },
  ])
})
