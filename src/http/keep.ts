/** How a route says that its reply may be kept, and until what happens. */
import type { Context } from 'hono'
import type { EntryKind } from '../cache/entry.ts'
import type { AppEnv } from './context.ts'

/** @param degraded servers that the answer had to do without: such an answer is given away and not kept */
export function keepReply(
  c: Context<AppEnv>,
  tags: readonly string[],
  answer: { readonly degraded: readonly string[] },
  kind: EntryKind = 'hit',
): void {
  const load = c.env?.load
  if (!load || answer.degraded.length > 0) return
  load.tags = tags
  load.kind = kind
}
