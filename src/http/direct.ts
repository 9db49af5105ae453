/**
 * Replies to the reads of `reads.ts` without the app: admitted, answered and measured as every other request. What is
 * wrong with one becomes the same problem.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from '../errors.ts'
import { CLIENT_GONE_STATUS } from './access.ts'
import type { Admission } from './admission.ts'
import { clientLeft } from './client-left.ts'
import type { Load } from './context.ts'
import { ClientGone, problemBody, problemHeaders, problemOf } from './problem-reply.ts'
import type { Read, ReadOf } from './reads.ts'
import type { Watch } from './reply-watch.ts'
import { API_HEADERS } from './security-headers.ts'

export type DirectReply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** How it may be kept. */
  readonly load: Load
  /** What the reply tells, when it is a problem. */
  readonly problem: Problem | null
}

export type Direct = {
  readonly readOf: ReadOf
  /**
   * @param id of the request, for a problem
   * @param left aborts when nobody waits any longer
   * @throws ClientGone alone
   */
  reply(read: Read, id: string, left: AbortSignal): Promise<DirectReply>
}

const JSON_HEADERS = { ...API_HEADERS, 'content-type': 'application/json' }

export function createDirect(readOf: ReadOf, admission: Admission): Direct {
  return {
    readOf,
    async reply(read, id, left) {
      try {
        const { answer, tags, kind } = await admission.run(read.routeClass, left, read.find)
        const load = { tags: answer.degraded.length > 0 ? null : tags, kind }
        return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(answer), load, problem: null }
      } catch (thrown) {
        if (thrown instanceof ClientGone) throw thrown
        return problemReply(problemOf(thrown), id)
      }
    },
  }
}

function problemReply(problem: Problem, id: string): DirectReply {
  return {
    status: problem.status,
    headers: { ...API_HEADERS, ...problemHeaders(problem), 'content-type': 'application/problem+json' },
    body: JSON.stringify(problemBody(problem, id)),
    load: { tags: null, kind: 'hit' },
    problem,
  }
}

export type DirectReplies = {
  /** Answer this request. @returns false when it is not a read: the app has to */
  handle(request: IncomingMessage, response: ServerResponse): boolean
}

/** Direct replies where nothing is kept. */
export function createDirectReplies(direct: Direct, watch: Watch, isDraining: () => boolean): DirectReplies {
  return {
    handle(request, response) {
      const read = request.method === 'GET' ? direct.readOf(request.url ?? '') : null
      if (read === null) return false
      const begun = watch.begin(request)
      direct.reply(read, begun.id, clientLeft(response)).then(
        ({ status, headers, body, problem }) => {
          const bytes = Buffer.from(body)
          response.writeHead(status, {
            ...headers,
            'content-length': bytes.length,
            'x-request-id': begun.id,
            ...(isDraining() ? { connection: 'close' } : {}),
          })
          response.end(bytes)
          watch.end(begun, read.route, status, problem)
        },
        () => watch.end(begun, read.route, CLIENT_GONE_STATUS),
      )
      return true
    },
  }
}
