/**
 * Reading what was written: a client sends the `Aisle-Lsn` of its write as `X-Min-LSN`, and is told by `X-Synced`
 * whether the answer shows it. It waits 200 ms for that, or as many seconds as `Prefer: wait=N` says, at most 2
 * (RFC 7240 section 4.3).
 */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from '@hono/zod-openapi'
import { parseLsn } from '../cache/sync-point.ts'

const WAIT_MS = 200
const WAIT_MAX_MS = 2_000

/** What a read asks for. */
export type MinLsn = { readonly lsn: bigint; readonly waitMs: number }

/** @returns null: nothing is asked for; `unreadable`: the position is no such text */
export function minLsnOf(headers: IncomingHttpHeaders): MinLsn | 'unreadable' | null {
  const given = headers['x-min-lsn']
  if (given === undefined) return null
  const lsn = typeof given === 'string' ? parseLsn(given) : null
  if (lsn === null) return 'unreadable'
  const prefer = [headers['prefer']].flat().join(',')
  const seconds = /(?:^|,)\s*wait\s*=\s*(\d{1,9})\s*(?:,|;|$)/i.exec(prefer)?.[1]
  return { lsn, waitMs: seconds === undefined ? WAIT_MS : Math.min(WAIT_MAX_MS, Number(seconds) * 1_000) }
}

export const LSN_FAULT = 'is not a position such as 16/B374D848'

/** For the document of routes whose replies are kept. */
export const KeptRequestHeaders = z.object({
  'x-min-lsn': z
    .string()
    .refine((text) => parseLsn(text) !== null, { error: LSN_FAULT })
    .optional()
    .openapi({
      description:
        '`Aisle-Lsn` of a write: the answer waits up to 200 ms until it shows that write, and `X-Synced` says whether it does',
      example: '16/B374D848',
    }),
  prefer: z.string().optional().openapi({
    description: '`wait=N`: seconds to wait for `X-Min-LSN` instead, at most 2',
    example: 'wait=2',
  }),
})

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const, example },
})

/** The same for their replies. */
export const KEPT_REPLY_HEADERS = {
  'X-Cache': header('Where the answer came from: HIT-L1, HIT-L2, MISS, STALE or BYPASS', 'HIT-L1'),
  'X-Synced': header(
    'Answer to `X-Min-LSN`: `true` when every change up to it is shown; without the header nothing is known',
    'true',
  ),
  ETag: header('Of the body; `If-None-Match` with it is answered 304', '"bJmYw2uJ6mTzG1dPqk3X"'),
}
