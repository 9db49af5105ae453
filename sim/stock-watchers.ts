/**
 * Many browsers that watch live stock, on plain sockets: what they were told is checked as it comes, and timed where
 * the writer puts its own time into the count of units.
 */
import { connect, type Socket } from 'node:net'

export type StockWatchers = {
  readonly open: number
  /** Snapshots received, of all. */
  readonly snapshots: number
  /** Times that a version came that was not higher than the one before. */
  readonly backwards: number
  /** From the time in `available` to the receipt, ms; of changes alone. */
  readonly delays: number[]
  /** Changes received. */
  readonly changes: number
  /** Whether every watcher of this SKU has seen this version. */
  haveSeen(sku: string, ver: number): boolean
  close(): void
}

type Watching = { readonly skus: readonly string[]; readonly latest: Map<string, number> }

const VIEW = /"sku":"([^"]+)","ver":(\d+),"available":(\d+)/g
const FRAME_END = '\n\n'
/** Connections under way at once: a listener has a short queue. */
const AT_ONCE = 100

/**
 * @param url of the api
 * @param lists what each browser watches
 * @param now the clock whose time the writer puts into `available`, ms
 * @throws Error when a stream is refused
 */
export async function watchStock(
  url: string,
  lists: readonly (readonly string[])[],
  now: () => number,
): Promise<StockWatchers> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const watching: Watching[] = []
  const delays: number[] = []
  let [snapshots, backwards, changes] = [0, 0, 0]
  const read = (frame: string, { latest }: Watching): void => {
    const isSnapshot = frame.includes('event: snapshot')
    if (isSnapshot) snapshots += 1
    for (const [, sku = '', ver, available] of frame.matchAll(VIEW)) {
      if (!isSnapshot) {
        changes += 1
        delays.push(now() - Number(available))
        if (Number(ver) <= (latest.get(sku) ?? -1)) backwards += 1
      }
      latest.set(sku, Number(ver))
    }
  }
  const open = async (skus: readonly string[]): Promise<void> => {
    const one: Watching = { skus, latest: new Map() }
    const opened = Promise.withResolvers<void>()
    const socket = connect(Number(port), hostname)
    const path = `/v1/inventory/stream?skus=${skus.map(encodeURIComponent).join(',')}`
    socket.setEncoding('utf8').write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
    let rest = ''
    socket.on('data', (text: string) => {
      rest += text
      const end = rest.lastIndexOf(FRAME_END)
      if (end < 0) return
      for (const frame of rest.slice(0, end).split(FRAME_END)) read(frame, one)
      rest = rest.slice(end + FRAME_END.length)
      opened.resolve()
    })
    socket.on('error', opened.reject)
    socket.on('close', () => {
      sockets.delete(socket)
      opened.reject(new Error(`a stream was refused: ${rest.slice(0, 200)}`))
    })
    sockets.add(socket)
    watching.push(one)
    await opened.promise
  }
  const queue = lists.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const skus of queue) await open(skus)
    }),
  )
  return {
    get open() {
      return sockets.size
    },
    get snapshots() {
      return snapshots
    },
    get backwards() {
      return backwards
    },
    get changes() {
      return changes
    },
    delays,
    haveSeen: (sku, ver) =>
      watching.every(({ skus, latest }) => !skus.includes(sku) || (latest.get(sku) ?? 0) >= ver),
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
