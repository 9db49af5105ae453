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

export type Replication = {
  /** Say that everything at or below is durable; sent with the next status, which follows at once. */
  acknowledge(durable: Lsn): void
  /** Stop and go on reading; status is sent all the same. */
  pause(): void
  resume(): void
  /** Highest position of the server's WAL that it has told. */
  readonly serverEnd: Lsn
  /** Rejects when the connection ends for any reason but `close`. */
  readonly ended: Promise<never>
  /** Send the last status and close. */
  close(): Promise<void>
}

/** A dead server must be noticed while its successor may already be up; rule of indexer design 3.5. */
const STATUS_MS = 2_000
const CONNECT_TIMEOUT_MS = 5_000
/** Watchdog where the server has no timeout of its own. */
const SILENCE_MS = 60_000

/** A session that may send replication commands and SQL. Close it with `end`. */
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

/**
 * Start streaming from the slot's position; paused until `resume`.
 * @throws pg error 55006 (another reader has the slot), 42704 (no such slot), 55000 (its WAL is lost)
 */
export async function startReplication(
  options: ReplicationOptions,
  handlers: ReplicationHandlers,
): Promise<Replication> {
  const client = await openConnection(options.url)
  const connection = copyConnectionOf(client)
  let received: Lsn = NO_LSN
  let durable: Lsn = NO_LSN
  let lastBytesMs = options.now()
  let isPaused = true
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => undefined) // whoever cares awaits it

  const send = (): void => {
    if (connection.stream.writable) {
      connection.sendCopyFromChunk(statusFrame(received, durable, options.now(), true))
    }
  }
  const onChunk = (chunk: Buffer): void => {
    lastBytesMs = options.now()
    const frame = parseFrame(chunk)
    received = maxLsn(received, frame.end)
    if (frame.kind === 'data') return handlers.message(frame.payload)
    handlers.keepalive(frame.end)
    if (frame.replyRequested) send()
  }
  connection.on('copyData', ({ chunk }: { chunk: Buffer }) => {
    try {
      onChunk(chunk)
    } catch (thrown) {
      ended.reject(thrown)
      connection.stream.destroy()
    }
  })
  await startStream(client, connection, options, ended.reject)
  connection.stream.pause()

  const silenceMs = options.walSenderTimeoutMs > 0 ? 2 * options.walSenderTimeoutMs : SILENCE_MS
  const everyMs = options.walSenderTimeoutMs > 0 ? options.walSenderTimeoutMs / 3 : STATUS_MS
  const timer = setInterval(
    () => {
      send()
      if (!isPaused && options.now() - lastBytesMs > silenceMs) {
        connection.stream.destroy(new Error(`replication: the server was silent for ${silenceMs} ms`))
      }
    },
    Math.min(STATUS_MS, everyMs),
  )
  ended.promise.catch(() => clearInterval(timer))
  return {
    acknowledge(lsn) {
      if (lsn <= durable) return
      durable = lsn
      send()
    },
    pause() {
      isPaused = true
      connection.stream.pause()
    },
    resume() {
      isPaused = false
      lastBytesMs = options.now()
      connection.stream.resume()
    },
    get serverEnd() {
      return received
    },
    ended: ended.promise,
    async close() {
      clearInterval(timer)
      send()
      await endOf(client)
    },
  }
}

function copyConnectionOf(client: pg.Client): CopyConnection {
  return (client as unknown as { readonly connection: CopyConnection }).connection
}

/** Resolves when the server has switched to copy mode; the command itself ends with the stream. */
async function startStream(
  client: pg.Client,
  connection: CopyConnection,
  options: ReplicationOptions,
  fail: (reason: unknown) => void,
): Promise<void> {
  const started = Promise.withResolvers<void>()
  connection.once('replicationStart', () => started.resolve())
  const end = (reason: unknown): void => {
    started.reject(reason)
    fail(reason)
  }
  client.on('end', () => end(new Error('replication: the connection was closed')))
  client.on('error', end)
  // Replication commands take no parameters: names are quoted here.
  client
    .query(
      `START_REPLICATION SLOT ${pg.escapeIdentifier(options.slot)} LOGICAL 0/0
       (proto_version '1', publication_names ${pg.escapeLiteral(pg.escapeIdentifier(options.publication))}, messages 'true')`,
    )
    .then(() => end(new Error('replication: the server ended the stream')), end)
  try {
    await started.promise
  } catch (thrown) {
    await endOf(client)
    throw thrown
  }
}

/** Close without waiting for a server that does not answer. */
async function endOf(client: pg.Client): Promise<void> {
  const stream = copyConnectionOf(client).stream
  const timer = setTimeout(() => stream.destroy(), 1_000)
  await client.end().catch(() => undefined) // already broken: closed is what is wanted
  clearTimeout(timer)
}
