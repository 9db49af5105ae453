/**
 * When search is shown what was written. A refresh costs Elasticsearch a segment and a look at every other one, so it
 * comes at a fixed cadence; and more rarely while changes wait that are not even read, because what it costs makes them
 * wait longer, and they are what is late.
 */

/** Ids that wait for their turn, beyond what two readers take at once. */
const BACKLOG_MIN = 1_000
const BEHIND_MS = 500

/**
 * @param everyMs least time between the begins of two refreshes
 * @param sinceMs since the last one began
 * @param waiting ids of the stream that are not being read yet
 * @returns ms until the next refresh may begin; 0: now
 */
export function untilRefresh(everyMs: number, sinceMs: number, waiting: number): number {
  const cadenceMs = waiting > BACKLOG_MIN ? Math.max(everyMs, BEHIND_MS) : everyMs
  return Math.max(0, cadenceMs - sinceMs)
}
