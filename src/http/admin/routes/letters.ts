/** Events that a consumer gave up on: listed, tried again, dropped. */
import { createRoute } from '@hono/zod-openapi'
import type { Reports } from '../../../admin/reports.ts'
import { answer, body } from '../../json-parts.ts'
import { OnceHeader } from '../../order-schemas.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import { Because } from '../forms.ts'
import { EXAMPLES, LetterEndForm, LetterPath, LettersForm, LettersParameters } from '../report-forms.ts'
import { actingOf, changed, type Entrance, OF_READING, OF_WRITING, reading, writing } from '../staff.ts'

const listLetters = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/dead-letters',
    summary: 'Events that a consumer gave up on, oldest first',
    ...reading(entrance, 'orders'),
    request: { query: LettersParameters },
    responses: { 200: answer('Letters', LettersForm, EXAMPLES.letters), ...problemResponses(...OF_READING) },
  })

const endLetter = (entrance: Entrance, verb: 'retry' | 'drop', summary: string) =>
  createRoute({
    method: 'post',
    path: `/admin/dead-letters/{consumer}/{event_id}/${verb}`,
    summary,
    ...writing(entrance, 'orders'),
    request: { params: LetterPath, headers: OnceHeader, body: body(Because) },
    responses: {
      200: answer('Noted', LetterEndForm, EXAMPLES.letterEnd),
      ...problemResponses(...OF_WRITING),
    },
  })

export const letterRoutes = (reports: Reports, entrance: Entrance) =>
  apiRouter(['topic', 'limit'])
    .openapi(listLetters(entrance), async (c) => {
      const { topic, limit } = c.req.valid('query')
      return c.json({ letters: await reports.letters(topic, limit) }, 200)
    })
    .openapi(endLetter(entrance, 'retry', 'Its consumer tries again, within seconds'), async (c) => {
      const acting = actingOf(c, c.req.valid('json').reason)
      return c.json(changed(c, await reports.retryLetter(acting, c.req.valid('param'))), 200)
    })
    .openapi(endLetter(entrance, 'drop', 'Give an event up for good'), async (c) => {
      const acting = actingOf(c, c.req.valid('json').reason)
      return c.json(changed(c, await reports.dropLetter(acting, c.req.valid('param'))), 200)
    })
