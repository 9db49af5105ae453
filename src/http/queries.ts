/** Checked parameters to the requests of search, and to what a page shows. */
import type { z } from '@hono/zod-openapi'
import type { Browse } from '../../web/pages/links.ts'
import type { SearchQuery } from '../search/contract.ts'
import type { SearchParameters } from './parameters.ts'

export function searchQuery({ f, ...rest }: z.output<typeof SearchParameters>): SearchQuery {
  return { ...rest, filters: f }
}

export function browseOf({ q, category, filters, price, sort, page, exact }: SearchQuery): Browse {
  return { q, category, filters, price, sort, page, exact }
}
