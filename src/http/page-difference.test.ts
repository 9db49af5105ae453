import { describe, expect, test } from 'vitest'
import { edge } from '../../test/support/edge.ts'
import { hit, memorySearch } from '../../test/support/memory-search.ts'
import type { Hit, SearchAnswer } from '../catalog/answers.ts'
import { isPage, pagesDiffer } from './page-difference.ts'
import { repliesDiffer } from './reply-difference.ts'

const SIX = ['1', '2', '3', '4', '5', '6'].map((item_id) => hit({ item_id, name: `Drive ${item_id}` }))
const changed = (n: number, changes: Partial<Hit>) =>
  SIX.map((one, i) => (i === n ? { ...one, ...changes } : one))

/** The real page over hits, and over what else the answer says. */
async function pageOf(hits: readonly Hit[], changes: Partial<SearchAnswer> = {}, path = '/search?q=drive') {
  const memory = memorySearch(hits)
  const search: typeof memory = {
    ...memory,
    search: async (query, signal) => ({ ...(await memory.search(query, signal)), hits, ...changes }),
  }
  return await (await edge({ search }).request(path)).text()
}

const total = (value: number) => ({ total: { value, relation: 'eq' as const } })

describe('for a shopper', () => {
  test.each<[string, readonly Hit[], Partial<SearchAnswer>, boolean]>([
    ['the same items in another order', SIX.toReversed(), total(6), false],
    ['a price', changed(5, { price: 1 }), total(6), true],
    ['an item in place of another', changed(2, { item_id: '7' }), total(6), true],
    ['an item less', SIX.slice(1), total(6), true],
    ['how many were found', SIX, total(7), true],
  ])('%s on a page with all results makes this difference', async (_, hits, changes, differs) => {
    expect(pagesDiffer(await pageOf(SIX, total(6)), await pageOf(hits, changes))).toBe(differs)
  })

  test('which of many results stand on the page makes none, a name among them does', async () => {
    const kept = await pageOf(SIX, total(900))
    expect(pagesDiffer(kept, await pageOf(changed(2, { item_id: '7' }), total(900)))).toBe(false)
    expect(pagesDiffer(kept, await pageOf(changed(2, { name: 'Disk 3' }), total(900)))).toBe(true)
  })

  test('popular items in place of none may be any', async () => {
    const none = { ...total(0), zero_result: true }
    expect(pagesDiffer(await pageOf(SIX, none), await pageOf(SIX.slice(2), none))).toBe(false)
  })

  test('the text of an item page makes one', async () => {
    const [kept, same, other] = await Promise.all(
      [SIX, SIX, changed(0, { name: 'Disk 1' })].map((hits) => pageOf(hits, {}, '/item/1')),
    )
    expect([isPage(kept ?? ''), pagesDiffer(kept ?? '', same ?? '')]).toEqual([true, false])
    expect(pagesDiffer(kept ?? '', other ?? '')).toBe(true)
  })
})

test('a page is not compared with an answer', async () => {
  const kept = await pageOf(SIX)
  expect([repliesDiffer(kept, '{}'), repliesDiffer('{}', kept), repliesDiffer(kept, kept)]).toEqual([
    null,
    null,
    false,
  ])
})
