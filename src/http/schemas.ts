/**
 * The answers of the API as schemas, for the OpenAPI document. Each is held to the type of the catalogue by
 * the compiler; that real answers follow them is shown by a test.
 */
import { z } from '@hono/zod-openapi'
import type * as answers from '../catalog/answers.ts'
import { AVAILABILITIES } from '../catalog/item.ts'

const texts = z.array(z.string()).readonly()
const id = z.string().openapi({ example: '4711', description: 'Item id, as text' })
const price = z
  .int()
  .nonnegative()
  .nullable()
  .openapi({ example: 12_990, description: 'Minor units of `currency`; null: no price' })
const degraded = texts.openapi({
  description: 'Servers the answer had to do without; empty when all is well',
})
const generation = z
  .string()
  .openapi({ description: 'Name of the index that answered', example: 'shop-items-v000001' })
const took = z.number().nonnegative().openapi({ description: 'Time of the answer, ms', example: 4.2 })

export const CategoryRef = z
  .strictObject({
    category_id: z.string(),
    name: z.string().openapi({ example: 'Hard Drives' }),
    path: z.string().openapi({ example: 'storage/hard-drives' }),
    names: texts.openapi({ example: ['Storage', 'Hard Drives'] }),
  })
  .openapi('CategoryRef') satisfies z.ZodType<answers.CategoryRef>

export const CategoryNode = z
  .strictObject({
    ...CategoryRef.shape,
    parent_path: z.string().nullable(),
    items: z.int().nonnegative().nullable(),
    children: z.array(CategoryRef).readonly(),
  })
  .openapi('CategoryNode') satisfies z.ZodType<answers.CategoryNode>

const itemFields = {
  item_id: id,
  sku: z.string().openapi({ example: 'WD10EZEX' }),
  name: z.string(),
  brand: z.string().nullable(),
  category: CategoryRef,
  price,
  currency: z.string().openapi({ example: 'EUR' }),
  availability: z.enum(AVAILABILITIES),
  image: z.string().nullable(),
}

export const Hit = z
  .strictObject({
    ...itemFields,
    highlight: z
      .string()
      .nullable()
      .openapi({ description: 'The name as safe HTML, matched words in `<mark>`; null without a match' }),
  })
  .openapi('Hit') satisfies z.ZodType<answers.Hit>

export const FacetCount = z
  .strictObject({
    value: z.string().openapi({ description: 'What the parameter takes' }),
    label: z.string().openapi({ description: 'What a person reads' }),
    count: z.int().nonnegative(),
    selected: z.boolean(),
  })
  .openapi('FacetCount') satisfies z.ZodType<answers.FacetCount>

export const Facet = z
  .strictObject({
    name: z.string().openapi({ example: 'brand' }),
    label: z.string().openapi({ example: 'Brand' }),
    kind: z.enum(['terms', 'range', 'category']),
    values: z.array(FacetCount).readonly(),
  })
  .openapi('Facet') satisfies z.ZodType<answers.Facet>

const STEPS = [
  'browse',
  'code',
  'all_words',
  'code_part',
  'prefix',
  'split',
  'joined',
  'corrected',
  'corrected_any_word',
  'any_word',
  'popular',
] as const satisfies readonly answers.Step[]

export const SearchAnswer = z
  .strictObject({
    total: z.strictObject({ value: z.int().nonnegative(), relation: z.enum(['eq', 'gte']) }),
    hits: z.array(Hit).readonly(),
    facets: z.array(Facet).readonly(),
    cursor: z.string().nullable().openapi({ description: 'Continues after the last hit; null at the end' }),
    step: z.enum(STEPS).openapi({ description: 'Where in the search ladder the answer came from' }),
    query_asked: z.string(),
    query_used: z.string().openapi({ description: 'Differs from `query_asked` when words were corrected' }),
    did_you_mean: z.string().nullable().openapi({ description: 'A correction that was not applied' }),
    zero_result: z.boolean().openapi({ description: 'Nothing matched; the hits are popular items' }),
    truncated: z.boolean().openapi({ description: 'The query had more words than are read' }),
    partial: z.boolean().openapi({ description: 'A time limit cut the search short' }),
    search_id: z.string(),
    degraded,
    index_generation: generation,
    took_ms: took,
  })
  .openapi('SearchAnswer') satisfies z.ZodType<answers.SearchAnswer>

export const SuggestAnswer = z
  .strictObject({
    suggestions: z
      .array(
        z
          .strictObject({
            kind: z.enum(['query', 'category', 'brand', 'product']),
            text: z.string().openapi({ example: 'wireless mouse' }),
            scope: z.union([CategoryRef, z.null()]), // `nullable` of a reference would give a schema that refuses null
            ref: z
              .string()
              .nullable()
              .openapi({ description: 'Item id of a product, path of a category; else null' }),
          })
          .openapi('Suggestion'),
      )
      .readonly(),
    degraded,
    index_generation: generation,
    took_ms: took,
  })
  .openapi('SuggestAnswer') satisfies z.ZodType<answers.SuggestAnswer>

export const ItemAnswer = z
  .strictObject({
    ...itemFields,
    model: z.string().nullable(),
    description: z.string().nullable(),
    attrs: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), texts]))
      .readonly()
      .openapi({ example: { capacity_gb: 1000, color: ['black', 'silver'] } }),
    gtin: texts,
    codes: texts,
    created_at: z.iso.datetime({ offset: true }),
    updated_at: z.iso.datetime({ offset: true }).nullable(),
    degraded,
    took_ms: took,
  })
  .openapi('ItemAnswer') satisfies z.ZodType<answers.ItemAnswer>

export const CategoriesAnswer = z
  .strictObject({ categories: z.array(CategoryNode).readonly(), degraded, took_ms: took })
  .openapi('CategoriesAnswer') satisfies z.ZodType<answers.CategoriesAnswer>

export const CategoryAnswer = z
  .strictObject({
    category: CategoryNode,
    ancestors: z.array(CategoryRef).readonly(),
    facets: z.array(z.strictObject({ name: z.string(), label: z.string() })).readonly(),
    degraded,
    took_ms: took,
  })
  .openapi('CategoryAnswer') satisfies z.ZodType<answers.CategoryAnswer>

export const FacetAnswer = z
  .strictObject({ facet: Facet, degraded, index_generation: generation, took_ms: took })
  .openapi('FacetAnswer') satisfies z.ZodType<answers.FacetAnswer>
