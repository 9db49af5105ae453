/** One HTTP request as bytes on a socket: clients of the platform refuse to send what a fuzz test wants to. */
import { connect } from 'node:net'

export type RawReply = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  readonly ms: number
}

/**
 * @param head request line and header lines, with CRLF, without the empty line at the end
 * @throws Error when the server closes without a reply, or none is there after `deadlineMs`
 */
export async function sendRaw(url: string, head: string, deadlineMs: number): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  const startedAt = performance.now()
  const socket = connect({ host: hostname, port: Number(port), timeout: deadlineMs })
  socket.on('timeout', () => socket.destroy(new Error(`no reply within ${deadlineMs} ms`)))
  socket.write(`${head}\r\n\r\n`)
  let received = Buffer.alloc(0)
  try {
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer])
      const reply = parseReply(received, head.startsWith('HEAD '))
      if (reply) return { ...reply, ms: performance.now() - startedAt }
    }
  } finally {
    socket.destroy()
  }
  throw new Error(`closed without a whole reply after ${received.length} bytes`)
}

/** The reply once it is whole: by content-length, or an empty chunk at the end; else null. */
function parseReply(received: Buffer, isHead: boolean): Omit<RawReply, 'ms'> | null {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    }),
  )
  const body = received.subarray(end + 4)
  const length = Number(headers.get('content-length') ?? Number.NaN)
  const isWhole =
    isHead || (Number.isNaN(length) ? body.toString('latin1').endsWith('0\r\n\r\n') : body.length >= length)
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN)
  return isWhole ? { status, headers, body: body.toString('utf8') } : null
}
