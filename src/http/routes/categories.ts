/** `GET /v1/categories` and `/v1/categories/{path}`: the tree for browsing. */
import { createRoute } from '@hono/zod-openapi'
import type { CatalogSearch } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import { CATEGORIES_EXAMPLE, CATEGORY_EXAMPLE } from '../examples.ts'
import { answer } from '../json-parts.ts'
import { CategoryPath, NoParameters } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { CategoriesAnswer, CategoryAnswer } from '../schemas.ts'

const listCategories = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/categories',
    summary: 'The category tree, parents before their children, with item counts',
    middleware: [admit('search')] as const,
    request: { query: NoParameters },
    responses: {
      200: answer('Every category', CategoriesAnswer, CATEGORIES_EXAMPLE),
      ...problemResponses('bad-request', 'bad-encoding'),
    },
  })

/** A path has slashes, hence the pattern; the document shows it without. */
const showCategory = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/categories/{path}{.+}',
    summary: 'One category: its place, its children, the facets worth showing',
    middleware: [admit('search')] as const,
    request: { params: CategoryPath, query: NoParameters },
    responses: {
      200: answer('The category', CategoryAnswer, CATEGORY_EXAMPLE),
      ...problemResponses('bad-request', 'bad-encoding', 'unknown-category'),
    },
  })

export const categoryRoutes = (search: CatalogSearch, admit: Admit) =>
  apiRouter([])
    .openapi(listCategories(admit), async (c) => c.json(await search.categories(c.get('signal')), 200))
    .openapi(showCategory(admit), async (c) =>
      c.json(await search.category(c.req.valid('param').path, c.get('signal')), 200),
    )
