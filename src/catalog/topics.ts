/** Topics of domain events: names of the streams that the indexer writes and workers and api processes read. */

export const TOPICS = ['stock', 'hold', 'order', 'queue', 'session'] as const
export type Topic = (typeof TOPICS)[number]

const KNOWN: ReadonlySet<string> = new Set(TOPICS)

/** Label of a topic in metrics: plain SQL may write any topic, and an open label would grow without bound. */
export function topicLabel(topic: string): Topic | 'other' {
  return KNOWN.has(topic) ? (topic as Topic) : 'other'
}

/** What a topic looks like: it becomes part of a key. The table has the same rule. */
export const TOPIC_PATTERN = /^[a-z][a-z0-9_]{0,30}$/
