/**
 * A refusal with bytes made once, before anything is parsed, routed or logged: saying no has to cost far less than
 * the answer would.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PROBLEMS, type ProblemName, problem } from '../errors.ts'
import { problemBody } from './problem-reply.ts'

export type Refusal = {
  /** @param headers of this refusal alone */
  send(request: IncomingMessage, response: ServerResponse, headers: Readonly<Record<string, string>>): void
}

/** @param told to people with a browser; programs get the problem */
export function createRefusal(name: ProblemName, told: string): Refusal {
  const { status } = PROBLEMS[name]
  const forPrograms = constant('application/problem+json', JSON.stringify(problemBody(problem(name), 'none')))
  const forPeople = constant(
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Please try again</title><h1>${told}</h1>
<p>Please try again in a few seconds.</p></html>
`,
  )
  return {
    send(request, response, own) {
      const { headers, body } = request.url?.startsWith('/v1/') ? forPrograms : forPeople
      response.writeHead(status, { ...headers, ...own }).end(body)
    },
  }
}

function constant(contentType: string, text: string) {
  const body = Buffer.from(text)
  const headers = {
    'content-type': contentType,
    'content-length': String(body.length),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  }
  return { headers, body } as const
}
