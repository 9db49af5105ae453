/**
 * An event stream written straight to the response of Node. By way of a web stream each write would cost a few
 * promises more, and how much the network has not taken could not be asked.
 */
import type { ServerResponse } from 'node:http'
import type { Sink } from '../events/watchers.ts'

/**
 * Send the head; what is written then goes out at once.
 * @param onGone called once, when the stream has ended or the client has gone
 */
export function openEventSink(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  onGone: () => void,
): Sink {
  if (response.destroyed) onGone()
  else response.once('close', onGone)
  response.on('error', () => response.destroy()) // a client that went in the middle of a write; `close` follows
  // A stream is not counted among the connections that may ask (`server.ts`), so it must not.
  response.socket?.on('data', () => response.destroy())
  if (!response.destroyed) response.writeHead(200, headers).flushHeaders()
  return {
    write(text) {
      if (!response.writableEnded && !response.destroyed) response.write(text)
    },
    get unsentBytes() {
      return response.writableLength
    },
    end(text) {
      if (!response.destroyed) response.end(text)
    },
    destroy() {
      response.destroy()
    },
  }
}
