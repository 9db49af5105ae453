/** `GET /v1/suggest`: what a shopper may be about to type. */
import { createRoute } from '@hono/zod-openapi'
import type { CatalogSearch } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import { SUGGEST_EXAMPLE } from '../examples.ts'
import { keepReply } from '../keep.ts'
import { KEPT_REPLY_HEADERS, KeptRequestHeaders } from '../min-lsn.ts'
import { SuggestParameters } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { findSuggestions } from '../reads.ts'
import { apiRouter } from '../router.ts'
import { SuggestAnswer } from '../schemas.ts'

const suggestTexts = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/suggest',
    summary: 'Queries, categories, brands and products that begin as typed',
    middleware: [admit('suggest')] as const,
    request: { headers: KeptRequestHeaders, query: SuggestParameters },
    responses: {
      200: {
        description: 'Suggestions, best first; none for more than 64 characters',
        headers: KEPT_REPLY_HEADERS,
        content: { 'application/json': { schema: SuggestAnswer, example: SUGGEST_EXAMPLE } },
      },
      ...problemResponses('bad-request', 'bad-encoding', 'unknown-category', 'uri-too-long'),
    },
  })

export const suggestRoutes = (search: CatalogSearch, admit: Admit) =>
  apiRouter(['q', 'scope', 'size']).openapi(suggestTexts(admit), async (c) => {
    const query = c.req.valid('query')
    const { answer, tags, kind } = await findSuggestions(search, query, c.get('signal'))
    keepReply(c, tags, answer, kind)
    return c.json(answer, 200)
  })
