/**
 * Which answers a change touches. An answer carries tags made from the request and from how it was found, so
 * that one which does not hold an item yet is covered too; a change emits the tags of everything it can alter,
 * of the old and of the new document.
 *
 * T1 Whenever an answer differs after a change, the tags of the two meet.
 *
 * A word is its own tag, not its first two letters as the cache design proposes: the search that is cached asks
 * for whole words, and a description of 100 words would otherwise name most of all two-letter beginnings.
 */
import type { ItemDocument } from '../catalog/document.ts'
import { TAG_ALL } from './watermark.ts'
import { isCutAlike, isPlain, stem, wordsOf } from './words.ts'

/** Answers that no narrower tag binds: everything that lists items without text and category, corrections, ... */
export const TAG_LIST = 'list'
/** Items with a word that is not plain ASCII; every answer to a text carries it. */
export const TAG_FOREIGN = 'w:?'

export const itemTag = (itemId: string | number): string => `item:${itemId}`
/** @param path slugs from the root, joined by `/`: what a request names, so that no look-up is needed */
export const categoryTag = (path: string): string => `cat:${path}`
const wordTag = (word: string): string => `w:${stem(word)}`

/** How far the words of a query bind its answer. */
export type Binding =
  /** Every hit holds every word. */
  | 'all_words'
  /** Every hit holds at least one of the words. */
  | 'any_word'
  /** Hits came from corrections, parts of codes or popularity: any item may matter. */
  | 'loose'

export type Asked = {
  /** Words that were searched; empty for browse. */
  readonly text: string
  /** Slug path of the category filter. */
  readonly category: string | null
  readonly binding: Binding
  /** Code candidates of the query, normalised: they match in other places than words do. */
  readonly codes: readonly string[]
}

/** Tags of a search or browse answer. */
export function searchTags(asked: Asked): string[] {
  const words = wordsOf(asked.text)
  if (words.length === 0) {
    return [TAG_ALL, asked.category === null ? TAG_LIST : categoryTag(asked.category)]
  }
  const isLoose = asked.binding === 'loose' || !isCutAlike(asked.text) || !words.every(isPlain)
  if (isLoose) return [TAG_ALL, TAG_LIST]
  const binding = asked.binding === 'any_word' ? words : [longestOf(words)]
  return [...new Set([TAG_ALL, TAG_FOREIGN, ...binding.map(wordTag), ...asked.codes.map(codeTag)])]
}

/** Tags of an item page. */
export function itemPageTags(itemId: string): string[] {
  return [TAG_ALL, itemTag(itemId)]
}

/** Fields that tags are made from. */
export const TAG_FIELDS = [
  'item_id',
  'name',
  'brand',
  'model',
  'description',
  'attrs_text',
  'category_text',
  'code',
  'gtin',
  'cat_slugs',
  'price',
  'currency',
] as const satisfies readonly (keyof ItemDocument)[]

export type TaggedItem = Pick<ItemDocument, (typeof TAG_FIELDS)[number]>

/** What a change of one document invalidates. */
export type ChangeTags = { readonly expire: readonly string[]; readonly remove: readonly string[] }

/** Never served again once they differ: a wrong price or a withdrawn item is worse than a slow answer. */
const REMOVE_FIELDS = ['price', 'currency'] as const

/**
 * Tags of a change.
 * @param before null: the document is new, or unknown
 * @param after null: the document is gone
 */
export function changeTags(before: TaggedItem | null, after: TaggedItem | null): ChangeTags {
  const tags = [...new Set([...documentTags(before), ...documentTags(after)])]
  const isRemoval =
    before !== null && (after === null || REMOVE_FIELDS.some((field) => before[field] !== after[field]))
  return isRemoval ? { expire: [], remove: tags } : { expire: tags, remove: [] }
}

/** Every tag under which an answer may show this document. */
function documentTags(document: TaggedItem | null): string[] {
  if (document === null) return []
  const words = textsOf(document).flatMap(wordsOf)
  const codes = [...document.code, ...document.gtin].flatMap(codePieces)
  return [
    TAG_LIST,
    itemTag(document.item_id),
    ...document.cat_slugs.map(categoryTag),
    ...words.filter(isPlain).map(wordTag),
    ...codes.map(codeTag),
    ...(words.every(isPlain) ? [] : [TAG_FOREIGN]),
  ]
}

function textsOf(document: TaggedItem): string[] {
  const { name, brand, model, description, attrs_text, category_text } = document
  return [name, brand ?? '', model ?? '', description ?? '', attrs_text, ...category_text]
}

function longestOf(words: readonly string[]): string {
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest))
}

/** A prefix of three characters: codes are found by prefix too, and no clause takes fewer than three. */
const CODE_PREFIX = 3
const codeTag = (code: string): string => `k:${code.slice(0, CODE_PREFIX)}`

/** A code whole, and its runs of letters and of digits, as the analyzers `code` and `code_parts` cut it. */
function codePieces(code: string): string[] {
  const runs = wordsOf(code)
  const whole = runs.join('')
  const parts = runs.flatMap((run) => run.match(/\p{N}+|[^\p{N}]+/gu) ?? [])
  return [whole, ...runs, ...parts]
}
