/** `GET /v1/items/{id}`: one item with everything a page shows. */
import { createRoute } from '@hono/zod-openapi'
import { problem } from '../../errors.ts'
import { itemAnswerTags } from '../../search/answer-tags.ts'
import type { CatalogSearch } from '../../search/contract.ts'
import type { Admit } from '../admission.ts'
import { ITEM_EXAMPLE } from '../examples.ts'
import { keepReply } from '../keep.ts'
import { KEPT_REPLY_HEADERS, KeptRequestHeaders } from '../min-lsn.ts'
import { ItemPath, NoParameters } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { ItemAnswer } from '../schemas.ts'

const showItem = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/items/{id}',
    summary: 'One item',
    middleware: [admit('item')] as const,
    request: { headers: KeptRequestHeaders, params: ItemPath, query: NoParameters },
    responses: {
      200: {
        description: 'The item',
        headers: KEPT_REPLY_HEADERS,
        content: { 'application/json': { schema: ItemAnswer, example: ITEM_EXAMPLE } },
      },
      ...problemResponses('bad-request', 'bad-encoding', 'not-found'),
    },
  })

export const itemRoutes = (search: CatalogSearch, admit: Admit) =>
  apiRouter([]).openapi(showItem(admit), async (c) => {
    const { id } = c.req.valid('param')
    const item = await search.item(id, c.get('signal'))
    if (item === null) throw problem('not-found', { detail: `There is no item ${id}.` })
    keepReply(c, itemAnswerTags(item), item)
    return c.json(item, 200)
  })
