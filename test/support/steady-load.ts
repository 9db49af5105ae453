/** Shoppers who go on asking while servers fail: several clients, each one request after the other. */
import { setTimeout as sleep } from 'node:timers/promises'

export type Kind = 'search' | 'suggest' | 'item' | 'page'

export type Reply = {
  readonly kind: Kind
  readonly path: string
  /** Monotonic ms. */
  readonly askedAt: number
  readonly ms: number
  /** 0: no answer at all, such as a reset connection. */
  readonly status: number
  readonly degraded: readonly string[]
  readonly error: string
}

export type Load = {
  /** Replies to requests sent since the given moment. */
  since(at: number): readonly Reply[]
  stop(): Promise<void>
}

/** A path of a kind, different from one call to the next where answers must not come from a cache. */
export type Paths = Readonly<Record<Kind, (n: number) => string>>

const PAUSE_MS = 25
/** No answer is waited for any longer: it would be far over every bound. */
const GIVE_UP_MS = 15_000

/** One client for each kind and base URL, until `stop`. */
export function startLoad(urls: () => readonly string[], paths: Paths, pauseMs = PAUSE_MS): Load {
  const replies: Reply[] = []
  let isOver = false
  const shop = async (kind: Kind, client: number) => {
    for (let n = client; !isOver; n += urls().length) {
      const url = urls()[client]
      if (url !== undefined) replies.push(await askOnce(url, kind, paths[kind](n)))
      await sleep(pauseMs)
    }
  }
  const kinds = Object.keys(paths) as Kind[]
  const clients = kinds.flatMap((kind) => urls().map((_, client) => shop(kind, client)))
  return {
    since: (at) => replies.filter(({ askedAt }) => askedAt >= at),
    stop: async () => {
      isOver = true
      await Promise.all(clients)
    },
  }
}

export async function askOnce(url: string, kind: Kind, path: string): Promise<Reply> {
  const askedAt = performance.now()
  const reply = { kind, path, askedAt, degraded: [], error: '' }
  try {
    const answer = await fetch(url + path, { signal: AbortSignal.timeout(GIVE_UP_MS) })
    const text = await answer.text()
    const ms = performance.now() - askedAt
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false
    const degraded = isJson ? (JSON.parse(text) as { degraded: string[] }).degraded : []
    return { ...reply, ms, status: answer.status, degraded, error: answer.ok ? '' : text.slice(0, 300) }
  } catch (thrown) {
    const ms = performance.now() - askedAt
    return {
      ...reply,
      ms,
      status: 0,
      error: String(thrown instanceof Error ? (thrown.cause ?? thrown) : thrown),
    }
  }
}

/** Replies by kind, status and what they had to do without, for messages: `search 200 elasticsearch: 12`. */
export function countReplies(replies: readonly Reply[]): Record<string, number> {
  const groups = Map.groupBy(replies, ({ kind, status, degraded }) =>
    `${kind} ${status} ${degraded.join('+')}`.trim(),
  )
  return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]).sort())
}

/** The time that a share of the replies did not exceed, ms; 0 without replies. */
export function quantile(replies: readonly Reply[], share: number): number {
  const sorted = replies.map(({ ms }) => ms).sort((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
}
