/** When the client of a reply goes away. */
import type { ServerResponse } from 'node:http'

/** @returns a signal that aborts when the connection ends before the reply has been written */
export function clientLeft(response: ServerResponse): AbortSignal {
  const left = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) left.abort(new Error('the client went away'))
  })
  return left.signal
}
