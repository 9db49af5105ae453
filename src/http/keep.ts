/** How a route says that its reply may be kept, and until what happens. */
import type { Context } from 'hono'
import type { EntryKind } from '../cache/entry.ts'
import type { AppEnv } from './context.ts'

/**
 * For an answer that may be kept: what it depends on.
 * @param tags null: it may not be kept after all
 * @param degraded servers that the answer had to do without: such an answer is given away and not kept
 */
export function keepReply(
  c: Context<AppEnv>,
  tags: readonly string[] | null,
  answer: { readonly degraded: readonly string[] },
  kind: EntryKind = 'hit',
): void {
  const load = c.env?.load
  if (!load || answer.degraded.length > 0) return
  load.tags = tags
  load.kind = kind
}

/** Parts of one page. */
type Part = {
  readonly tags: readonly string[]
  readonly answer: { readonly degraded: readonly string[]; readonly partial?: boolean }
}

/**
 * The same for a page made of several answers: it ends with the first of them, and is kept only when none is degraded.
 * @param life `maxAgeMs`: longest life of a page that shows what no tag names
 */
export function keepPage(
  c: Context<AppEnv>,
  parts: readonly Part[],
  life: { readonly kind?: EntryKind; readonly maxAgeMs?: number } = {},
): void {
  const degraded = parts.flatMap(({ answer }) => answer.degraded)
  const isCut = parts.some(({ answer }) => answer.partial === true)
  const tags = isCut ? null : [...new Set(parts.flatMap((part) => part.tags))]
  keepReply(c, tags, { degraded }, life.kind)
  const load = c.env?.load
  if (load && life.maxAgeMs !== undefined) load.maxAgeMs = life.maxAgeMs
}
