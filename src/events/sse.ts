/** Framing of server-sent events (WHATWG HTML, section 9.2): texts that are written to a stream as they are. */

/** A line that browsers ignore: it keeps proxies from closing a stream on which nothing happens. */
export const SSE_COMMENT = ':\n\n'

/**
 * One event.
 * @param id   of the event; one line; null: none
 * @param data becomes JSON, which has no line breaks
 */
export function sseEvent(event: string, id: string | null, data: unknown): string {
  const idLine = id === null ? '' : `id: ${id}\n`
  return `event: ${event}\n${idLine}data: ${JSON.stringify(data)}\n\n`
}

/** How long a browser waits before it connects again, ms. */
export function sseRetry(ms: number): string {
  return `retry: ${Math.round(ms)}\n\n`
}
