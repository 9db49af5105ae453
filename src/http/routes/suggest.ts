/** `GET /v1/suggest`: what a shopper may be about to type. */
import { createRoute } from '@hono/zod-openapi'
import { suggestAnswerTags } from '../../search/answer-tags.ts'
import type { CatalogSearch } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import { SUGGEST_EXAMPLE } from '../examples.ts'
import { keepReply } from '../keep.ts'
import { SuggestParameters } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { SuggestAnswer } from '../schemas.ts'

const suggestTexts = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/suggest',
    summary: 'Queries, categories, brands and products that begin as typed',
    middleware: [admit('suggest')] as const,
    request: { query: SuggestParameters },
    responses: {
      200: {
        description: 'Suggestions, best first; none for more than 64 characters',
        content: { 'application/json': { schema: SuggestAnswer, example: SUGGEST_EXAMPLE } },
      },
      ...problemResponses('bad-request', 'bad-encoding', 'unknown-category', 'uri-too-long'),
    },
  })

export const suggestRoutes = (search: CatalogSearch, admit: Admit) =>
  apiRouter(['q', 'scope', 'size']).openapi(suggestTexts(admit), async (c) => {
    const answer = await search.suggest(c.req.valid('query'), c.get('signal'))
    keepReply(c, suggestAnswerTags(answer), answer, answer.suggestions.length === 0 ? 'empty' : 'hit')
    return c.json(answer, 200)
  })
