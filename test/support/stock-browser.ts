/** A browser as the hub sees it: takes frames and reads them as EventSource would. */
import type { Sink } from '../../src/events/watchers.ts'

export type Frame = { readonly event: string; readonly id: string | null; readonly data: unknown }

export type StockBrowser = Sink & {
  /** What came, comments left out. */
  readonly frames: readonly Frame[]
  readonly comments: number
  /** Pause asked for, ms. */
  readonly retryMs: number | null
  readonly state: 'open' | 'ended' | 'destroyed'
  /** Versions of a SKU in the order they came, those of snapshots included. */
  versions(sku: string): number[]
  /** Last thing told of a SKU. */
  latest(sku: string): { readonly ver: number; readonly available: number; readonly state: string } | null
}

type View = { readonly sku: string; readonly ver: number; readonly available: number; readonly state: string }

/** @param unsentBytes that it seems not to have taken */
export function stockBrowser(unsentBytes = 0): StockBrowser {
  const frames: Frame[] = []
  let rest = ''
  let comments = 0
  let retryMs: number | null = null
  let state: StockBrowser['state'] = 'open'
  const read = (text: string) => {
    const parts = (rest + text).split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const frame = frameOf(part)
      if (frame.retry !== null) retryMs = Number(frame.retry)
      else if (frame.data === null) comments += 1
      else frames.push({ event: frame.event ?? 'message', id: frame.id, data: JSON.parse(frame.data) })
    }
  }
  const views = (sku: string) =>
    frames
      .filter(({ event }) => event === 'snapshot' || event === 'stock')
      .flatMap(({ data }) => [data as View | View[]].flat())
      .filter((view) => view.sku === sku)
  return {
    unsentBytes,
    frames,
    get comments() {
      return comments
    },
    get retryMs() {
      return retryMs
    },
    get state() {
      return state
    },
    write: read,
    end(text) {
      read(text)
      state = 'ended'
    },
    destroy() {
      state = 'destroyed'
    },
    versions: (sku) => views(sku).map(({ ver }) => ver),
    latest: (sku) => views(sku).at(-1) ?? null,
  }
}

function frameOf(text: string) {
  const fields = new Map(
    text.split('\n').flatMap((line) => {
      const at = line.indexOf(': ')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 2)] as const] : []
    }),
  )
  const field = (name: string) => fields.get(name) ?? null
  return { event: field('event'), id: field('id'), data: field('data'), retry: field('retry') }
}
