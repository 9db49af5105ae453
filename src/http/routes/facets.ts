/** `GET /v1/facets/{name}`: the values of one facet, also those too rare for the search answer. */
import { createRoute } from '@hono/zod-openapi'
import { facetAnswerTags } from '../../search/answer-tags.ts'
import type { CatalogSearch } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import { FACET_EXAMPLE } from '../examples.ts'
import { keepReply } from '../keep.ts'
import { KEPT_REPLY_HEADERS, KeptRequestHeaders } from '../min-lsn.ts'
import { FacetParameters, FacetPath } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { FacetAnswer } from '../schemas.ts'

const showFacet = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/facets/{name}',
    summary: 'Values of one facet for a query, by count',
    middleware: [admit('search')] as const,
    request: { headers: KeptRequestHeaders, params: FacetPath, query: FacetParameters },
    responses: {
      200: {
        description: 'The facet',
        headers: KEPT_REPLY_HEADERS,
        content: { 'application/json': { schema: FacetAnswer, example: FACET_EXAMPLE } },
      },
      ...problemResponses(
        'bad-request',
        'bad-encoding',
        'unknown-facet',
        'query-too-long',
        'unknown-category',
        'uri-too-long',
      ),
    },
  })

const PARAMETERS = ['q', 'category', 'f.NAME', 'price', 'contains']

export const facetRoutes = (search: CatalogSearch, admit: Admit) =>
  apiRouter(PARAMETERS).openapi(showFacet(admit), async (c) => {
    const { f, ...rest } = c.req.valid('query')
    const query = { ...rest, filters: f, name: c.req.valid('param').name }
    const answer = await search.facet(query, c.get('signal'))
    keepReply(c, facetAnswerTags(), answer)
    return c.json(answer, 200)
  })
