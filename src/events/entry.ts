/** Entries of a topic's stream: what the relay wrote, checked before anybody acts on it. */
import { z } from 'zod'
import type { EntryFields } from './dead-letters.ts'
import { EVENT_SCHEMAS, type EventType, isEventType, type Payload } from './schemas.ts'

/** An entry as Redis gives it: its id in the stream, then names and values in turn. */
export type StreamEntry = readonly [id: string, fields: readonly string[]]

type EventOf<T extends EventType> = T extends EventType
  ? {
      readonly type: T
      readonly payload: Payload<T>
      /** Row of the outbox; the same whenever the event comes again. */
      readonly event_id: string
      readonly stream_id: string
      readonly key: string
      /** Version of the key; 0: its versions are not counted. */
      readonly ver: number
      /** When its transaction began, ISO 8601. */
      readonly at: string
    }
  : never

/** An event of one of these types; `type` tells which payload it has. */
export type DomainEvent<T extends EventType = EventType> = EventOf<T>

/** What an entry is. */
export type ParsedEntry =
  | { readonly kind: 'event'; readonly event: DomainEvent }
  /** A type that this version does not know: made by a newer one, or meant for somebody else. */
  | { readonly kind: 'unknown' }
  /** No reader of this version can act on it. @property error names fields and rules, never values */
  | { readonly kind: 'unreadable'; readonly error: string }

const Fields = z.object({
  id: z.string().regex(/^\d+$/),
  key: z.string(),
  ver: z.coerce.number().int().nonnegative(),
  type: z.string(),
  payload: z.string(),
  at: z.iso.datetime(),
})

/** @param stream_id id of the entry in its stream */
export function parseEntry(stream_id: string, values: EntryFields): ParsedEntry {
  const fields = Fields.safeParse(values)
  if (!fields.success) return { kind: 'unreadable', error: issuesOf(fields.error) }
  const { id: event_id, key, ver, type, at } = fields.data
  if (!isEventType(type)) return { kind: 'unknown' }
  const payload = EVENT_SCHEMAS[type].safeParse(jsonOf(fields.data.payload))
  if (!payload.success) return { kind: 'unreadable', error: issuesOf(payload.error) }
  // The schema of this very type has read the payload, which the compiler cannot follow.
  const event = { type, payload: payload.data, event_id, stream_id, key, ver, at } as DomainEvent
  return { kind: 'event', event }
}

/** Names and values in turn, by name. */
export function fieldsOf(list: readonly string[]): EntryFields {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < list.length; i += 2) pairs.push([list[i] ?? '', list[i + 1] ?? ''])
  return Object.fromEntries(pairs)
}

/** undefined: it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`).join('; ')
}
