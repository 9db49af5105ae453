/** The indexer's own replication reader, as tests of facts use it: what came is kept, nothing is done with it. */
import pg from 'pg'
import { type Replication, startReplication } from '../../indexer/adapters/replication.ts'
import { decodeMessage, type Message } from '../../indexer/core/pgoutput.ts'
import { waitFor } from './wait-for.ts'

export type StreamReader = {
  /** Everything that came, in order. */
  readonly messages: readonly Message[]
  /** Of one kind. */
  all<T extends Message['tag']>(tag: T): Extract<Message, { readonly tag: T }>[]
  readonly replication: Replication
  close(): Promise<void>
}

/** @param onMessage called for each message as it comes */
export async function openStream(
  url: string,
  slot: string,
  publication: string,
  onMessage: (message: Message) => void = () => undefined,
): Promise<StreamReader> {
  const messages: Message[] = []
  const handlers = {
    message(payload: Buffer) {
      const message = decodeMessage(payload)
      messages.push(message)
      onMessage(message)
    },
    keepalive: () => undefined,
  }
  const options = { url, slot, publication, walSenderTimeoutMs: 60_000, now: Date.now }
  const replication = await waitFor('the slot is free', () => startUnlessBusy(options, handlers))
  replication.resume()
  return {
    messages,
    all: <T extends Message['tag']>(tag: T) =>
      messages.filter((message): message is Extract<Message, { readonly tag: T }> => message.tag === tag),
    replication,
    close: () => replication.close(),
  }
}

/** @returns false while the reader before is being ended by the server. @throws any other error */
async function startUnlessBusy(
  options: Parameters<typeof startReplication>[0],
  handlers: Parameters<typeof startReplication>[1],
): Promise<Replication | false> {
  try {
    return await startReplication(options, handlers)
  } catch (thrown) {
    if (thrown instanceof pg.DatabaseError && thrown.code === OBJECT_IN_USE) return false
    throw thrown
  }
}

const OBJECT_IN_USE = '55006'
