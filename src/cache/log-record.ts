/** Records of the invalidation log as Redis keeps them: fields t (tags), v (verb), l (LSN). Pure. */
import type { LogRecord } from './watermark.ts'

/** A tag record, or a heartbeat: the publisher had read `tick` of `epoch` before it queued it. */
export type ParsedRecord =
  | { readonly kind: 'tags'; readonly record: LogRecord; readonly lsn: string }
  | {
      readonly kind: 'heartbeat'
      readonly id: number
      readonly epoch: string
      readonly tick: number
      readonly lsn: string
    }

/** One entry of XREAD or XRANGE: id and a flat list of field, value, ... */
export type StreamEntry = readonly [id: string, fields: readonly string[]]

export const HEARTBEAT_VERB = 'hb'

/** Between the tags of a record; no tag holds a line break. */
export const TAG_SEPARATOR = '\n'

export function heartbeatText(epoch: string, tick: number): string {
  return `${epoch}|${tick}`
}

/** @throws RangeError for an entry that no publisher writes: the reader has to reset */
export function parseRecord([entryId, fields]: StreamEntry): ParsedRecord {
  const values = new Map<string, string>()
  for (let i = 0; i + 1 < fields.length; i += 2) values.set(fields[i] ?? '', fields[i + 1] ?? '')
  const id = Number(/^(\d+)-0$/.exec(entryId)?.[1])
  const verb = values.get('v')
  const text = values.get('t') ?? ''
  const lsn = values.get('l') ?? ''
  if (!Number.isSafeInteger(id)) throw new RangeError(`log record: expected an id N-0, got ${entryId}`)
  if (verb === HEARTBEAT_VERB) {
    const [epoch = '', tick = ''] = text.split('|')
    return { kind: 'heartbeat', id, epoch, tick: Number(tick), lsn }
  }
  if (verb !== 'expire' && verb !== 'remove') throw new RangeError(`log record ${id}: unknown verb ${verb}`)
  const tags = text === '' ? [] : text.split(TAG_SEPARATOR)
  return { kind: 'tags', record: { id, verb, tags }, lsn }
}

/** The record as the watermark consumes it: a heartbeat takes an id and names nothing. */
export function consumable(parsed: ParsedRecord): LogRecord {
  return parsed.kind === 'tags' ? parsed.record : { id: parsed.id, verb: 'expire', tags: [] }
}
