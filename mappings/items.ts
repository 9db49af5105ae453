/**
 * The items index: settings, fields, and the pure function from a joined row to a document. Each field names
 * the query that uses it; a field without a query is cost without use.
 */

import { changeTags, TAG_FIELDS, type TaggedItem } from '../src/cache/tags.ts'
import type { ItemDocument } from '../src/catalog/document.ts'
import { gtinForms } from '../src/catalog/gtin.ts'
import { CATEGORY_SEPARATOR } from '../src/catalog/item.ts'
import { ANALYSIS } from './analysis.ts'
import { defineMapping, type Row } from './define.ts'
import { AFFECTED_BY_CATEGORY, BUCKETS, COUNT_BY_CATEGORY, HASHES, LOAD, REREAD } from './items-sql.ts'

/** Longer values are prose, not something to filter by. */
const FACET_VALUE_MAX = 60
const FACET_LIST_MAX = 8
const ATTRS_TEXT_MAX = 8_000
const CODE_MAX = 32

const DOCS_ONLY = { norms: false, index_options: 'docs', similarity: 'boolean' } as const

export const ITEM_PROPERTIES = {
  item_id: { type: 'long' }, // last sort key, histogram buckets of verify
  sku: { type: 'keyword', normalizer: 'fold' }, // shown
  name: {
    type: 'text',
    analyzer: 'txt', // the heart of search: combined_fields, phrase
    fields: {
      raw: { type: 'text', analyzer: 'raw' }, // counts of split words
      pre: { type: 'text', analyzer: 'pre', search_analyzer: 'raw', ...DOCS_ONLY }, // unfinished last word
      kw: { type: 'keyword', normalizer: 'fold', ignore_above: 256 }, // sort by name
    },
  },
  brand: { type: 'text', analyzer: 'txt', copy_to: 'spell' },
  model: { type: 'text', analyzer: 'txt' },
  category_text: { type: 'text', analyzer: 'txt' }, // widens the any-word step
  attrs_text: { type: 'text', analyzer: 'txt' },
  description: { type: 'text', analyzer: 'txt' },
  spell: { type: 'text', analyzer: 'raw', norms: false, index_options: 'docs' }, // vocabulary of corrections
  code: {
    type: 'text',
    analyzer: 'code',
    ...DOCS_ONLY,
    fields: {
      pre: { type: 'text', analyzer: 'code_pre', search_analyzer: 'code', index_options: 'freqs' },
      tri: { type: 'text', analyzer: 'code_tri', index_options: 'freqs' },
      parts: { type: 'text', analyzer: 'code_parts', ...DOCS_ONLY },
    },
  },
  gtin: { type: 'keyword' }, // exact code clause
  brand_kw: { type: 'keyword' }, // facet
  cat: { type: 'keyword' }, // names of the tree where Postgres is away
  cat_leaf: { type: 'keyword' }, // suggestions' scopes
  cat_ids: { type: 'long' }, // category filter and facet
  cat_slugs: { type: 'keyword' }, // links of the tree where Postgres is away
  attrs: { type: 'flattened', ignore_above: 128, depth_limit: 1 }, // attribute facets
  price: { type: 'long' }, // filter, facet, sort
  currency: { type: 'keyword' }, // shown
  availability: { type: 'keyword' }, // facet, switch
  pop: { type: 'float' }, // browse order, rescorer
  created_at: { type: 'date' }, // sort newest
  image: { type: 'keyword', index: false, doc_values: false }, // shown
  lsn: { type: 'long' }, // indexer: commit position this document holds
  row_hash: { type: 'long' }, // indexer verify
  tombstone: { type: 'boolean' }, // indexer: a delete while an index is being built
} as const

function facetValue(value: unknown): string | string[] | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value !== '' && value.length <= FACET_VALUE_MAX ? value : null
  if (!Array.isArray(value)) return null
  const texts = value.filter(
    (part): part is string => typeof part === 'string' && part !== '' && part.length <= FACET_VALUE_MAX,
  )
  return texts.length > 0 ? texts.slice(0, FACET_LIST_MAX) : null
}

function facetAttributes(attrs: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const facets: Record<string, string | string[]> = {}
  for (const [key, value] of Object.entries(attrs)) {
    const shown = facetValue(value)
    if (shown !== null) facets[key.replaceAll('.', '_')] = shown // a dot would be read as depth
  }
  return facets
}

/** Text attributes only: numbers without their unit find everything. */
function attributeText(attrs: Readonly<Record<string, unknown>>): string {
  const texts = Object.values(attrs).flatMap((value) => {
    if (typeof value === 'string') return [value]
    return Array.isArray(value) ? [value.filter((part) => typeof part === 'string').join(', ')] : []
  })
  return texts.join(' ').slice(0, ATTRS_TEXT_MAX)
}

/** Sku only when it has a letter and a digit (a plain number is another item's words), and codes as imported. */
function searchCodes(sku: string, codes: readonly string[]): string[] {
  const isCodeSku = /\d/.test(sku) && /\p{L}/u.test(sku)
  return [...new Set([...(isCodeSku ? [sku] : []), ...codes])].filter((code) => code.length <= CODE_MAX)
}

function ancestorPaths(parts: readonly string[], separator: string): string[] {
  return parts.map((_, i) => parts.slice(0, i + 1).join(separator))
}

type ItemRow = {
  readonly item_id: string
  readonly sku: string
  readonly name: string
  readonly brand: string | null
  readonly model: string | null
  readonly description: string | null
  readonly price_minor: string | null
  readonly currency: string
  readonly attrs: Readonly<Record<string, unknown>>
  readonly gtin: readonly string[]
  readonly codes: readonly string[]
  readonly image_url: string | null
  readonly created_at: Date
  readonly path_ids: readonly string[]
  readonly path_names: readonly string[]
  readonly path_slugs: readonly string[]
  readonly availability: ItemDocument['availability']
  readonly popularity: number
  readonly row_hash: string
}

/** Row of `REREAD` or `LOAD` to document. */
export function itemDocument(row: ItemRow): ItemDocument {
  const cat = ancestorPaths(row.path_names, CATEGORY_SEPARATOR)
  return {
    item_id: Number(row.item_id),
    sku: row.sku,
    name: row.name,
    brand: row.brand,
    brand_kw: row.brand,
    model: row.model,
    description: row.description,
    category_text: row.path_names,
    attrs_text: attributeText(row.attrs),
    spell: [row.name, ...row.path_names, ...(row.model === null ? [] : [row.model])],
    code: searchCodes(row.sku, row.codes),
    gtin: [...new Set(row.gtin.flatMap(gtinForms))],
    cat,
    cat_leaf: cat.at(-1) ?? '',
    cat_ids: row.path_ids.map(Number),
    cat_slugs: ancestorPaths(row.path_slugs, '/'),
    attrs: facetAttributes(row.attrs),
    price: row.price_minor === null ? null : Number(row.price_minor),
    currency: row.currency,
    availability: row.availability,
    pop: row.popularity,
    created_at: row.created_at.toISOString(),
    image: row.image_url,
    row_hash: Number(row.row_hash),
  }
}

/** A document as the index or the re-read has it: the fields of TAG_FIELDS are there. */
function tagged(document: Row | null): TaggedItem | null {
  return document as unknown as TaggedItem | null
}

export default defineMapping({
  name: 'items',
  idColumn: 'item_id',
  root: 'items',
  settings: { analysis: ANALYSIS },
  properties: ITEM_PROPERTIES,
  reread: REREAD,
  load: LOAD,
  hashes: HASHES,
  buckets: BUCKETS,
  // The re-read returns exactly ItemRow: the select list stands beside it in items-sql.ts.
  toDocument: (row: Row) => itemDocument(row as unknown as ItemRow),
  tagFields: TAG_FIELDS,
  tags: (before, after) => changeTags(tagged(before), tagged(after)),
  affected: {
    items: { key: 'item_id', direct: true },
    item_availability: { key: 'item_id', direct: true },
    item_popularity: { key: 'item_id', direct: true },
    categories: {
      key: 'category_id',
      sql: AFFECTED_BY_CATEGORY,
      countSql: COUNT_BY_CATEGORY,
      fanOutAbove: 500,
    },
  },
})
