/**
 * The listening side of the app and its end (operations design 5.2). Phases: `ready` takes requests; `draining`
 * still answers but says so (`/readyz` 503, `Connection: close`), so that a balancer stops sending; then the
 * listener closes, running requests finish, and what is left after the last deadline is cut.
 */
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener, type Http2Bindings, type HttpBindings } from '@hono/node-server'
import { PROBLEMS, type ProblemName, problem } from '../errors.ts'
import type { DirectReplies } from './direct.ts'
import { problemBody } from './problem-reply.ts'
import type { RateLimits } from './rate-limits.ts'
import type { ReplyCache } from './reply-cache.ts'
import type { Shedding } from './shedding.ts'
import type { ProcessState } from './state.ts'
import type { StreamSeats } from './stream-seats.ts'

/** Anything with a fetch: the app. */
type App = { fetch(request: Request, bindings?: HttpBindings): Response | Promise<Response> }

export type HttpServer = {
  /** Base URL, with the port that was taken. */
  readonly url: string
  /**
   * Stop as above.
   * @returns `clean`, or `cut` when running requests had to be cut
   */
  drain(state: ProcessState, options: DrainOptions): Promise<'clean' | 'cut'>
}

export type DrainOptions = {
  /** From "not ready" to closing the listener: a balancer has to see it first, ms. */
  readonly waitMs: number
  /** From closing the listener to cutting what still runs, ms. */
  readonly finishMs: number
  /** Called before the listener closes: what has no end of its own ends now. */
  readonly onClosing?: () => void
}

/** A request line of 8 KB, cookies and headers of a proxy, and room to answer a far too long one properly. */
const HEADER_BYTES_MAX = 65_536
const HEADERS_MAX = 100
/**
 * Where 1,024 sockets are readable at once, Node's loop goes on reading up to 48 times before anything else has a
 * turn: with 2,500 clients that ask as fast as they are refused, no timer fired and nothing was answered for 5 s.
 * Event streams come on top: their clients have asked, and are cut when they send anything more (`event-sink.ts`).
 */
const CONNECTIONS_MAX = 1_000
const HEADERS_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000
/** Longer than proxies keep idle connections, so that it is not us who close one that a request is coming on. */
const KEEP_ALIVE_MS = 65_000

/** What sees a request before the app does. */
export type BeforeApp = {
  /** null: every request goes to the app. */
  readonly cache?: ReplyCache | null
  /** null: nothing is refused for load. */
  readonly shedding?: Shedding | null
  /** For what the cache leaves to the app. null: a client may ask as often as it likes. */
  readonly limits?: RateLimits | null
  /** For the reads that the cache leaves. null: the app answers them too. */
  readonly direct?: DirectReplies | null
  /** Connections that are streams of events. null: there are none. */
  readonly streams?: Pick<StreamSeats, 'onChange'> | null
}

/**
 * @param port 0 takes a free one
 * @throws Error EADDRINUSE, EACCES
 */
export async function listen(
  app: App,
  host: string,
  port: number,
  { cache = null, shedding = null, limits = null, direct = null, streams = null }: BeforeApp = {},
): Promise<HttpServer> {
  const answer = getRequestListener((request, bindings) => app.fetch(request, nodeBindings(bindings)), {
    errorHandler: replyUnreadable,
  })
  const listener: typeof answer = async (request, response) => {
    if (request instanceof IncomingMessage && response instanceof ServerResponse) {
      if (cache?.handle(request, response)) return
      if (shedding?.refuses(request, response)) return
      const refused = limits?.refuses(request, response) ?? false
      if (refused !== false && (await refused)) return
      if (direct?.handle(request, response)) return
    }
    await answer(request, response)
  }
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    listener,
  )
  server.on('checkExpectation', listener) // an expectation that is not known may be ignored (RFC 9110 10.1.1)
  server.maxHeadersCount = HEADERS_MAX
  server.maxConnections = CONNECTIONS_MAX
  streams?.onChange((taken) => {
    server.maxConnections = CONNECTIONS_MAX + taken
  })
  server.on('clientError', refuseUnparsable)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { address, family, port: taken } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`
  return { url, drain: (state, options) => drain(server, state, options) }
}

/** What a route may write to by itself. Nobody speaks HTTP/2 to us: that ends at the proxy. */
function nodeBindings({ incoming, outgoing }: HttpBindings | Http2Bindings): HttpBindings | undefined {
  return incoming instanceof IncomingMessage && outgoing instanceof ServerResponse
    ? { incoming, outgoing }
    : undefined
}

async function drain(
  server: Server,
  state: ProcessState,
  { waitMs, finishMs, onClosing }: DrainOptions,
): Promise<'clean' | 'cut'> {
  state.phase = 'draining'
  await pause(waitMs)
  onClosing?.()
  const closed = new Promise<'clean'>((resolve) => server.close(() => resolve('clean')))
  server.closeIdleConnections()
  const late = new AbortController()
  const cut = pause(finishMs, 'cut' as const, { signal: late.signal })
  const outcome = await Promise.race([closed, cut])
  late.abort()
  await cut.catch(() => undefined) // cancelled: everything had finished
  if (outcome === 'cut') server.closeAllConnections()
  return outcome
}

/** A request that never became one: host, target or absolute URL that cannot be read. */
function replyUnreadable(): Response {
  const { status } = PROBLEMS['bad-request']
  return new Response(unreadableBody('bad-request'), {
    status,
    headers: { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' },
  })
}

/** Bytes that are no HTTP, or headers beyond every bound; there is no response object to answer with. */
function refuseUnparsable(error: NodeJS.ErrnoException, socket: Socket | ServerResponse): void {
  if (!('writable' in socket) || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const name = error.code === 'HPE_HEADER_OVERFLOW' ? 'uri-too-long' : 'bad-request'
  const body = unreadableBody(name)
  const { status } = PROBLEMS[name]
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[name]}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function unreadableBody(name: UnreadableName): string {
  return JSON.stringify(problemBody(problem(name, { detail: 'The request cannot be read.' }), 'none'))
}

type UnreadableName = Extract<ProblemName, 'bad-request' | 'uri-too-long'>
const REASONS: Readonly<Record<UnreadableName, string>> = {
  'bad-request': 'Bad Request',
  'uri-too-long': 'URI Too Long',
}
const PROBLEM_TYPE = 'application/problem+json'
