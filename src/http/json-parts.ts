/** Parts of a route's description in the document: what it takes and what it answers, as JSON. */
import type { z } from '@hono/zod-openapi'

/** A good answer. */
export const answer = <S extends z.ZodType>(description: string, schema: S, example: z.input<S>) => ({
  description,
  content: { 'application/json': { schema, example } },
})

/** A body that a route needs. */
export const body = <S extends z.ZodType>(schema: S) => ({
  required: true as const,
  content: { 'application/json': { schema } },
})
