/**
 * The replication reader: one connection in streaming mode on `pg`. It says that it is alive from its own timer,
 * whatever the receiver does, and acknowledges only what it was told to (facts E1, E3, E4).
 *
 * `connection.on('copyData')`, `sendCopyFromChunk` and `stream.pause` of `pg` are not public; the version is
 * pinned, and `openConnection` fails at once when one is missing.
 */
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'
import { parseFrame, statusFrame } from '../core/frames.ts'
import { type Lsn, maxLsn, NO_LSN } from '../core/lsn.ts'

type CopyConnection = EventEmitter & { readonly stream: Socket; sendCopyFromChunk(chunk: Buffer): void }

export type ReplicationOptions = {
  readonly url: string
  readonly slot: string
  readonly publication: string
  /** `wal_sender_timeout` of the server, ms; 0 means none. */
  readonly walSenderTimeoutMs: number
  readonly now: () => number
}

export type ReplicationHandlers = {
  /** One pgoutput message; the bytes are valid during the call only. */
  message(payload: Buffer): void
  /** The server has nothing before this position that was not sent. */
  keepalive(end: Lsn): void
}

/** Every 2 s, so that a leader that lost its server knows it soon; more often where the server wants it. */
const STATUS_MS = 2_000
const CONNECT_TIMEOUT_MS = 5_000
/** Watchdog where the server has no timeout of its own. */
const SILENCE_MS = 60_000
const CLOSE_TIMEOUT_MS = 1_000

/** A session that may send replication commands and SQL. Close it with `closeConnection`. */
export async function openConnection(url: string): Promise<pg.Client> {
  const config = {
    connectionString: url,
    application_name: 'aisle-indexer-stream',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    replication: 'database',
  }
  const client = new pg.Client(config)
  client.on('error', () => undefined) // also reported to the query under way, which is where it is handled
  await client.connect()
  const connection = copyConnectionOf(client)
  if (typeof connection.sendCopyFromChunk !== 'function' || typeof connection.stream?.pause !== 'function') {
    throw new Error('pg: the connection has no sendCopyFromChunk or stream.pause; use the pinned version')
  }
  return client
}

/** Close without waiting for a server that does not answer. */
export async function closeConnection(client: pg.Client): Promise<void> {
  const { stream } = copyConnectionOf(client)
  const timer = setTimeout(() => stream.destroy(), CLOSE_TIMEOUT_MS)
  await client.end().catch(() => undefined) // already broken: closed is what is wanted
  clearTimeout(timer)
}

/**
 * Start streaming from the slot's position; paused until `resume`.
 * @throws pg error 55006 (another reader has the slot), 42704 (no such slot), 55000 (its WAL is lost)
 */
export async function startReplication(
  options: ReplicationOptions,
  handlers: ReplicationHandlers,
): Promise<Replication> {
  const client = await openConnection(options.url)
  const replication = new Replication(client, options, handlers)
  try {
    await replication.start()
  } catch (thrown) {
    await closeConnection(client)
    throw thrown
  }
  return replication
}

export class Replication {
  readonly #client: pg.Client
  readonly #connection: CopyConnection
  readonly #options: ReplicationOptions
  readonly #handlers: ReplicationHandlers
  readonly #ended = Promise.withResolvers<never>()
  readonly #silenceMs: number
  #timer: NodeJS.Timeout | undefined
  #received: Lsn = NO_LSN
  #durable: Lsn = NO_LSN
  #lastBytesMs: number
  #isPaused = true

  constructor(client: pg.Client, options: ReplicationOptions, handlers: ReplicationHandlers) {
    this.#client = client
    this.#connection = copyConnectionOf(client)
    this.#options = options
    this.#handlers = handlers
    this.#lastBytesMs = options.now()
    this.#silenceMs = options.walSenderTimeoutMs > 0 ? 2 * options.walSenderTimeoutMs : SILENCE_MS
    this.#ended.promise.catch(() => this.#stopTimer()) // whoever cares awaits it too
  }

  /** Rejects when the connection ends for any reason but `close`. */
  get ended(): Promise<never> {
    return this.#ended.promise
  }

  /** Highest position of the server's WAL that it has told. */
  get serverEnd(): Lsn {
    return this.#received
  }

  /** Resolves when the server has switched to copy mode; the command itself ends with the stream. */
  async start(): Promise<void> {
    const { slot, publication, walSenderTimeoutMs } = this.#options
    const started = Promise.withResolvers<void>()
    const end = (reason: unknown): void => {
      started.reject(reason)
      this.#ended.reject(reason)
    }
    this.#connection.once('replicationStart', () => started.resolve())
    this.#connection.on('copyData', ({ chunk }: { chunk: Buffer }) => this.#onChunk(chunk))
    this.#client.on('end', () => end(new Error('replication: the connection was closed')))
    this.#client.on('error', end)
    // Replication commands take no parameters: names are quoted here.
    const names = pg.escapeLiteral(pg.escapeIdentifier(publication))
    this.#client
      .query(
        `START_REPLICATION SLOT ${pg.escapeIdentifier(slot)} LOGICAL 0/0
         (proto_version '1', publication_names ${names}, messages 'true')`,
      )
      .then(() => end(new Error('replication: the server ended the stream')), end)
    await started.promise
    this.#connection.stream.pause()
    const everyMs = walSenderTimeoutMs > 0 ? Math.min(STATUS_MS, walSenderTimeoutMs / 3) : STATUS_MS
    this.#timer = setInterval(() => this.#tick(), everyMs)
  }

  /** Say that everything at or below is durable. */
  acknowledge(durable: Lsn): void {
    if (durable <= this.#durable) return
    this.#durable = durable
    this.#sendStatus()
  }

  /** Stop reading; status is sent all the same. */
  pause(): void {
    this.#isPaused = true
    this.#connection.stream.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#lastBytesMs = this.#options.now()
    this.#connection.stream.resume()
  }

  /** Send the last status and close. */
  async close(): Promise<void> {
    this.#stopTimer()
    this.#sendStatus()
    await closeConnection(this.#client)
  }

  /** Reads at once: the bytes belong to the socket. */
  #onChunk(chunk: Buffer): void {
    this.#lastBytesMs = this.#options.now()
    try {
      const frame = parseFrame(chunk)
      this.#received = maxLsn(this.#received, frame.end)
      if (frame.kind === 'data') return this.#handlers.message(frame.payload)
      this.#handlers.keepalive(frame.end)
      if (frame.replyRequested) this.#sendStatus()
    } catch (thrown) {
      this.#ended.reject(thrown)
      this.#connection.stream.destroy()
    }
  }

  #tick(): void {
    this.#sendStatus()
    if (this.#isPaused || this.#options.now() - this.#lastBytesMs <= this.#silenceMs) return
    this.#connection.stream.destroy(new Error(`replication: the server was silent for ${this.#silenceMs} ms`))
  }

  #sendStatus(): void {
    if (!this.#connection.stream.writable) return
    this.#connection.sendCopyFromChunk(statusFrame(this.#received, this.#durable, this.#options.now(), true))
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
  }
}

function copyConnectionOf(client: pg.Client): CopyConnection {
  return (client as unknown as { readonly connection: CopyConnection }).connection
}
