/**
 * The writer of one index. What is pushed is written until it is durable, whatever Elasticsearch answers: refused
 * bulks are repeated, too big ones halved, documents that can never be written recorded as dead. Reports each
 * operation once (facts E8a to E8c are about a writer that did not).
 */
import type { Client } from '@elastic/elasticsearch'
import { errorTypeOf, statusOf } from '../../src/elasticsearch/client.ts'
import { ExitError, messageOf } from '../../src/errors.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'
import { createAimd } from '../core/aimd.ts'
import { BULK_RETRY, backoffMs } from '../core/backoff.ts'
import { type AnswerClass, classifyItem, classifyRequest } from '../core/classifier.ts'
import { type Bulk, createLanes } from '../core/lanes.ts'
import type { Operation } from '../core/operation.ts'
import { createPoisonGuard, withoutValues } from '../core/poison.ts'
import type { DeadDocument } from './state-pg.ts'
import { sleep, until } from './wait.ts'

export type Sink = {
  readonly index: string
  push(operation: Operation): void
  /** Operations queued or under way, and their size in bytes. */
  readonly depth: number
  readonly size: number
  /** Resolves when nothing is queued. */
  drained(signal: AbortSignal): Promise<void>
}

export type DeadLetters = {
  /** Ids that are dead when the sink starts. */
  readonly known: readonly string[]
  record(dead: DeadDocument): Promise<void>
  forget(index: string, id: string): Promise<void>
}

export type SinkOptions = {
  readonly client: Client
  readonly index: string
  readonly dead: DeadLetters
  readonly metrics: Metrics
  readonly log: Logger
  readonly now: () => number
  readonly random: () => number
  /** Ends the writer; what is not durable is dropped and comes again from the stream. */
  readonly signal: AbortSignal
  /** The sink cannot go on. */
  readonly fail: (reason: unknown) => void
}

/** The index is not there any more. */
export class IndexMissing extends Error {
  readonly index: string
  constructor(index: string) {
    super(`index ${index} is gone`)
    this.name = 'IndexMissing'
    this.index = index
  }
}

const LANES = { lanes: 4, maxItems: 1_000, maxSize: 4_000_000 } as const
const OPEN_AT_START = 2
/** A healthy bulk takes well under a second; longer is a frozen server or a dead connection. */
const BULK_TIMEOUT_MS = 10_000
const BLOCKED_PAUSE_MS = 5_000
const DENIED_PAUSE_MS = 5_000
const SERVER_ERROR_ATTEMPTS = 10
const EXIT_HALTED = 4

type Item = { readonly status: number; readonly error?: { readonly type?: string; readonly reason?: string } }
type Verdict = { readonly class: AnswerClass; readonly type: string; readonly reason: string }

export function createSink(options: SinkOptions): Sink {
  const lanes = createLanes(LANES)
  const aimd = createAimd(OPEN_AT_START, LANES.lanes)
  const guard = createPoisonGuard(options.dead.known.length)
  const dead = new Set(options.dead.known)
  const errors = new WeakMap<Operation, number>()
  let underway = 0

  const pump = (): void => {
    while (underway < aimd.limit && !options.signal.aborted) {
      const bulk = lanes.next()
      if (!bulk) return
      underway += 1
      void run(bulk)
    }
  }
  const run = async (bulk: Bulk): Promise<void> => {
    try {
      let left = bulk.operations
      for (let attempt = 1; left.length > 0; attempt++) {
        const round = await writeOnce(left)
        left = round.again
        if (left.length === 0) break
        underway -= 1 // a pausing lane must not keep the others from writing
        pump()
        try {
          await sleep(pauseOf(round.pause, attempt), options.signal)
        } finally {
          underway += 1
        }
      }
      lanes.free(bulk.lane, [])
    } catch (thrown) {
      options.fail(thrown)
    } finally {
      underway -= 1
    }
    pump()
  }
  const pauseOf = (reason: AnswerClass, attempt: number): number => {
    if (reason === 'blocked') return BLOCKED_PAUSE_MS
    if (reason === 'denied') return DENIED_PAUSE_MS
    return backoffMs(BULK_RETRY, attempt, options.random())
  }

  /** Write and settle what can be settled. @returns what has to be written again, and the class that said so */
  const writeOnce = async (
    operations: readonly Operation[],
  ): Promise<{ again: readonly Operation[]; pause: AnswerClass }> => {
    const answer = await sendBulk(options, operations, aimd.limit)
    if ('items' in answer) {
      aimd.succeeded()
      return await settle(operations, answer.items)
    }
    options.metrics.count('indexer_bulk_items_total', { class: answer.class }, operations.length)
    const first = operations[0]
    if (answer.class === 'size' || answer.class === 'bisect') {
      if (operations.length === 1 && first) {
        await bury(first, answer)
        return { again: [], pause: 'done' }
      }
      const half = Math.ceil(operations.length / 2)
      const left = await writeOnce(operations.slice(0, half))
      const right = await writeOnce(operations.slice(half))
      return {
        again: [...left.again, ...right.again],
        pause: left.again.length > 0 ? left.pause : right.pause,
      }
    }
    refuse(answer)
    return { again: operations, pause: answer.class }
  }

  const settle = async (
    operations: readonly Operation[],
    items: readonly Item[],
  ): Promise<{ again: readonly Operation[]; pause: AnswerClass }> => {
    const again: Operation[] = []
    const counts = new Map<AnswerClass, number>()
    let pause: AnswerClass = 'unknown'
    for (const [i, operation] of operations.entries()) {
      const verdict = verdictOf(operation, items[i])
      const found = patience(operation, verdict)
      counts.set(found, (counts.get(found) ?? 0) + 1)
      if (found === 'done' || found === 'conflict') await finish(operation)
      else if (found === 'poison') await bury(operation, verdict)
      else {
        refuse({ ...verdict, class: found })
        again.push(operation)
        pause = found
      }
    }
    for (const [name, n] of counts) options.metrics.count('indexer_bulk_items_total', { class: name }, n)
    return { again, pause }
  }

  /** A server error is repeated for a while and then taken for the document's fault. */
  const patience = (operation: Operation, verdict: Verdict): AnswerClass => {
    if (verdict.class !== 'server_error') return verdict.class
    const attempts = (errors.get(operation) ?? 0) + 1
    errors.set(operation, attempts)
    return attempts >= SERVER_ERROR_ATTEMPTS ? 'poison' : 'server_error'
  }
  const finish = async (operation: Operation): Promise<void> => {
    guard.record(false)
    if (dead.delete(operation.id)) await options.dead.forget(options.index, operation.id)
    operation.done()
  }
  const bury = async (operation: Operation, verdict: Verdict): Promise<void> => {
    const record: DeadDocument = {
      index: options.index,
      id: operation.id,
      operation: operation.kind,
      version: String(operation.version),
      error_type: verdict.type,
      reason: withoutValues(verdict.reason),
    }
    options.log.error(record, 'a document cannot be written and was set aside')
    await options.dead.record(record)
    if (!dead.has(operation.id)) guard.record(true)
    dead.add(operation.id)
    if (guard.isFlood) {
      throw new ExitError(EXIT_HALTED, `index ${options.index} refuses too many documents: ${record.reason}`)
    }
    operation.done()
  }
  /** @throws for answers after which nothing may be repeated */
  const refuse = (verdict: Verdict): void => {
    if (verdict.class === 'capacity') aimd.refused()
    if (verdict.class === 'missing_index') throw new IndexMissing(options.index)
    if (verdict.class === 'halt') {
      throw new ExitError(
        EXIT_HALTED,
        `Elasticsearch gave an answer that is not known: ${verdict.type} ${verdict.reason}`,
      )
    }
    const isAlarm = verdict.class === 'blocked' || verdict.class === 'denied'
    options.log[isAlarm ? 'error' : 'warn'](
      { index: options.index, class: verdict.class, error_type: verdict.type, reason: verdict.reason },
      'a bulk is written again',
    )
  }
  return {
    index: options.index,
    push(operation) {
      lanes.push(operation)
      pump()
    },
    get depth() {
      return lanes.depth
    },
    get size() {
      return lanes.size
    },
    drained: (signal) => until(() => lanes.depth === 0, DRAIN_LOOK_MS, signal),
  }
}

const DRAIN_LOOK_MS = 5

function verdictOf(operation: Operation, item: Item | undefined): Verdict {
  const type = item?.error?.type ?? null
  return {
    class: item ? classifyItem(operation.kind, item.status, type) : 'unknown',
    type: type ?? String(item?.status ?? 'no answer'),
    reason: item?.error?.reason ?? '',
  }
}

type BulkAnswer = { readonly items: readonly Item[] } | Verdict

async function sendBulk(
  options: SinkOptions,
  operations: readonly Operation[],
  open: number,
): Promise<BulkAnswer> {
  const startedAt = options.now()
  options.metrics.set('indexer_open_bulks', open)
  try {
    const answer = await options.client.transport.request<{
      items?: readonly Readonly<Record<string, Item>>[]
    }>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(options.index)}/_bulk`,
        querystring: { filter_path: 'items.*.status,items.*.error.type,items.*.error.reason' },
        bulkBody: operations.map((operation) => operation.lines).join(''),
      },
      { requestTimeout: BULK_TIMEOUT_MS, signal: options.signal, maxRetries: 0 },
    )
    const items = (answer.items ?? []).flatMap((item) => Object.values(item))
    if (items.length === operations.length) return { items }
    return { class: 'unknown', type: 'incomplete', reason: `${items.length} of ${operations.length} answers` }
  } catch (thrown) {
    options.signal.throwIfAborted()
    const type = errorTypeOf(thrown)
    return {
      class: classifyRequest(statusOf(thrown), type),
      type: type ?? (thrown instanceof Error ? thrown.name : 'unknown'),
      reason: messageOf(thrown),
    }
  } finally {
    options.metrics.observe('indexer_bulk_seconds', (options.now() - startedAt) / 1000)
  }
}
