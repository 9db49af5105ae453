/**
 * A TCP proxy in front of a server, to make the faults that networks make: delay, silence, refusal, cut and
 * reset. What it does to new bytes can be changed while connections are open.
 */
import { connect, createServer, type Socket } from 'node:net'
import { pipeline, Transform } from 'node:stream'

/** `pass`: as it is. `silent`: connections open, no byte moves (black hole). `refuse`: new connections are reset. */
export type ProxyMode = 'pass' | 'silent' | 'refuse'

export type TcpProxy = {
  readonly port: number
  /** The given URL with the proxy's address in it. */
  readonly url: string
  setMode(mode: ProxyMode): void
  /** New connections go to this server. */
  setTarget(target: string): void
  /** Every byte, in both directions, comes this much later. ms */
  setDelay(ms: number): void
  /** End every open connection politely (FIN). */
  cut(): void
  /** End every open connection with RST, as a crashed host does. */
  reset(): void
  openConnections(): number
  close(): Promise<void>
}

/** Start a proxy in front of the server of `target`. Close it at the end of the test. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  let to = new URL(target)
  const sockets = new Set<Socket>()
  const state = { mode: 'pass' as ProxyMode, delayMs: 0, held: [] as (() => void)[] }
  const server = createServer((client) => {
    if (state.mode === 'refuse') {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(Number(to.port), to.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
    }
    // The ends of a connection fall together; why is the business of the two programs that use it.
    pipeline(client, gate(state), upstream, () => client.destroy())
    pipeline(upstream, gate(state), client, () => upstream.destroy())
  })
  const { promise: listening, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => resolve())
  await listening
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    port,
    url: url.href,
    setMode: (mode) => {
      state.mode = mode
      if (mode !== 'silent') for (const go of state.held.splice(0)) go()
    },
    setTarget: (next) => {
      to = new URL(next)
    },
    setDelay: (ms) => {
      state.delayMs = ms
    },
    cut: () => endAll(sockets, (socket) => socket.destroySoon()),
    reset: () => endAll(sockets, (socket) => socket.resetAndDestroy()),
    openConnections: () => sockets.size / 2,
    close: async () => {
      endAll(sockets, (socket) => socket.resetAndDestroy())
      const { promise, resolve: closed } = Promise.withResolvers<void>()
      server.close(() => closed())
      await promise
    },
  }
}

function endAll(sockets: ReadonlySet<Socket>, end: (socket: Socket) => void): void {
  for (const socket of sockets) end(socket)
}

/** Holds bytes back while the proxy is silent, and each chunk for the delay; order is kept. */
function gate(state: { mode: ProxyMode; delayMs: number; held: (() => void)[] }): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const pass = () => setTimeout(() => done(null, chunk), state.delayMs)
      if (state.mode === 'silent') state.held.push(pass)
      else if (state.delayMs > 0) pass()
      else done(null, chunk)
    },
  })
}
