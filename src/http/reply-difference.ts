/**
 * Whether a shopper could tell two answers to the same request apart. What every load makes anew is left out, and so is
 * what a change elsewhere may move a little without being named: relevance compares a word with how common it is, so
 * the order of hits, and which of many stand on the page, drifts with the catalogue. Pure.
 */

import { isPage, pagesDiffer } from './page-difference.ts'

type Answer = Readonly<Record<string, unknown>>
type Hits = readonly { readonly item_id: string }[]

/** Made anew by every load, or a position in the order of hits. */
const OF_THE_LOAD = new Set(['took_ms', 'search_id', 'cursor', 'hits'])

/** @returns null: the bodies are neither both JSON objects nor both pages */
export function repliesDiffer(kept: string, fresh: string): boolean | null {
  return isPage(kept) && isPage(fresh) ? pagesDiffer(kept, fresh) : answersDiffer(kept, fresh)
}

/** @param kept JSON @param fresh JSON @returns null: not both are JSON objects */
export function answersDiffer(kept: string, fresh: string): boolean | null {
  const before = parsed(kept)
  const after = parsed(fresh)
  if (before === null || after === null) return null
  return rest(before) !== rest(after) || hitsDiffer(before, after)
}

function hitsDiffer(before: Answer, after: Answer): boolean {
  const [old, now] = [hitsOf(before), hitsOf(after)]
  const byId = new Map(now.map((hit) => [hit.item_id, JSON.stringify(hit)]))
  const shared = old.filter(({ item_id }) => byId.has(item_id))
  if (shared.some((hit) => byId.get(hit.item_id) !== JSON.stringify(hit))) return true
  // Where all hits stand on the page they are the same ones; popular items in place of none may be any.
  const { total } = before as { total?: { value: number } }
  const isWhole = before['zero_result'] !== true && (total?.value ?? 0) <= old.length
  return isWhole && (old.length !== now.length || shared.length !== old.length)
}

function hitsOf(answer: Answer): Hits {
  return Array.isArray(answer['hits']) ? (answer['hits'] as Hits) : []
}

function rest(answer: Answer): string {
  return JSON.stringify(Object.entries(answer).filter(([name]) => !OF_THE_LOAD.has(name)))
}

function parsed(text: string): Answer | null {
  if (!text.startsWith('{')) return null
  return JSON.parse(text) as Answer
}
