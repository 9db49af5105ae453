/** A sub-app of the API: its validators answer with problems. */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from './context.ts'
import { problemOfIssues } from './problem-reply.ts'

/**
 * @param known names of the query parameters, for the reply to an unknown one
 */
export function apiRouter(known: readonly string[]): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw problemOfIssues(result.error.issues, known)
    },
  })
}
