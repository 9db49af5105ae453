/** `/openapi.json`, and `/problems/{name}`: the page behind the `type` of each problem. */
import { OpenAPIHono } from '@hono/zod-openapi'
import { problemTypePage } from '../../../web/pages/problem-page.ts'
import { PROBLEMS, type ProblemName, problem } from '../../errors.ts'
import type { AppEnv } from '../context.ts'
import { ORDER_EXPLANATIONS } from '../order-explanations.ts'
import type { ShopPages } from '../shop.ts'

/** What a caller does about each problem. */
const EXPLANATIONS: Readonly<Record<ProblemName, string>> = {
  'bad-request':
    'One or more parameters are unknown, given twice, or not of the form that this path takes. errors names each with the reason; repeating the request as it is will not help.',
  'bad-encoding':
    'The URL holds a % that is not followed by two hex digits, or bytes that are not UTF-8. Encode every text with encodeURIComponent or its like.',
  'unknown-facet':
    'A filter or the facets parameter names a facet that the catalogue does not have. detail lists the known ones.',
  'query-too-long': 'At most 200 characters of query text are searched. Shorten the query.',
  'page-too-deep':
    'Pages reach the first 10,000 items. To go further, take cursor from an answer and send it instead of page.',
  'bad-cursor':
    'A cursor continues one query with its filters and its sort. It is refused with another query, after an edit, or after the secret changed. Start again from the first page.',
  'not-found': 'There is no such path, or no such item: it may have been deleted or hidden.',
  'unknown-category':
    'No category has this path of slugs. Categories are listed at /v1/categories; a rename changes the path.',
  'method-not-allowed': 'The path exists and takes other methods; the Allow header lists them.',
  'uri-too-long': 'A URL has at most 8,192 characters.',
  'rate-limited':
    'You, or somebody at your address, asked more often than shoppers do. Try again after Retry-After seconds; RateLimit-Policy tells how many requests (q) may come in how many seconds (w).',
  'too-many-streams':
    'A visitor has two event streams at once, over all tabs. Close one, or ask /v1/inventory every few seconds instead.',
  ...ORDER_EXPLANATIONS,
  internal: 'A fault of the server. The request id finds it in the logs.',
  unavailable: 'A server that this answer needs does not answer. Try again after Retry-After seconds.',
  overloaded: 'This process answers as many requests as it may. Try again after Retry-After seconds.',
  'deadline-exceeded': 'The answer was not ready within the time that this path may take. Try again.',
}

export const documentRoutes = (document: () => Record<string, unknown>, shop: ShopPages) => {
  let text: string | null = null // made at the first request: every route has to be there
  const app = new OpenAPIHono<AppEnv>()
  app.get('/openapi.json', (c) => {
    text ??= JSON.stringify(document())
    return c.body(text, 200, { 'content-type': 'application/json', 'cache-control': 'no-cache' })
  })
  app.get('/problems/:name', (c) => {
    const name = c.req.param('name')
    if (!isProblemName(name)) throw problem('not-found')
    const { status, title, retry } = PROBLEMS[name]
    const page = problemTypePage(shop.view, { name, status, title, retry, explanation: EXPLANATIONS[name] })
    return c.body(page, 200, shop.headers)
  })
  return app
}

function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEMS, name)
}
