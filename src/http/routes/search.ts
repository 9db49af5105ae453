/** `GET /v1/search`: items for a query, a category and filters. */
import { createRoute } from '@hono/zod-openapi'
import type { CatalogSearch } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import { SEARCH_EXAMPLE } from '../examples.ts'
import { keepReply } from '../keep.ts'
import { KEPT_REPLY_HEADERS, KeptRequestHeaders } from '../min-lsn.ts'
import { SearchParameters } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { searchQuery } from '../queries.ts'
import { findItems } from '../reads.ts'
import { apiRouter } from '../router.ts'
import { SearchAnswer } from '../schemas.ts'

const searchItems = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/search',
    summary: 'Items for a query, a category and filters',
    description:
      'Without `q` this browses. Facet counts are those a shopper gets by choosing that value as well (disjunctive inside a facet).',
    middleware: [admit('search')] as const,
    request: { headers: KeptRequestHeaders, query: SearchParameters },
    responses: {
      200: {
        description: 'Found items',
        headers: KEPT_REPLY_HEADERS,
        content: { 'application/json': { schema: SearchAnswer, example: SEARCH_EXAMPLE } },
      },
      ...problemResponses(
        'bad-request',
        'bad-encoding',
        'unknown-facet',
        'query-too-long',
        'page-too-deep',
        'bad-cursor',
        'unknown-category',
        'uri-too-long',
      ),
    },
  })

const PARAMETERS = ['q', 'category', 'f.NAME', 'price', 'sort', 'page', 'size', 'facets', 'cursor', 'exact']

export const searchRoutes = (search: CatalogSearch, admit: Admit) =>
  apiRouter(PARAMETERS).openapi(searchItems(admit), async (c) => {
    const query = searchQuery(c.req.valid('query'))
    const { answer, tags, kind } = await findItems(search, query, c.get('signal'))
    keepReply(c, tags, answer, kind)
    return c.json(answer, 200)
  })
