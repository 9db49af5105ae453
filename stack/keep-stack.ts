/** A kept stack: servers up, state on disk, all of it gone when it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from '../src/command/command.ts'
import { ExitError } from '../src/errors.ts'
import { keepChild } from './children.ts'
import { aborted, type Interrupts, keeperRecord, ProcessList } from './keeper.ts'
import type { Env } from './paths.ts'
import { type Payments, simulatedPayments } from './payments.ts'
import { type ApiSecrets, keptSecrets } from './secrets.ts'
import { endServer } from './server.ts'
import { bringUpServers, type Servers, type ServerUrls, withoutPassword } from './servers.ts'
import { CHECKOUT, isKept, readStack, removeStack, writeStack } from './state.ts'
import type { Say } from './wait.ts'

export type StackContext = {
  readonly env: Env
  readonly state: string
  readonly say: Say
  readonly stops: Interrupts
  /** URL of the api that a simulated payment provider is to tell; absent: none is started. */
  readonly shop?: string
}

export type Stack = {
  readonly urls: ServerUrls
  readonly secrets: ApiSecrets
  /** Stop what was started here, and take the state off the disk. */
  stop(): Promise<void>
}

/**
 * Bring the servers up and keep them until `stop`. Stopped while starting, it leaves nothing.
 * @throws ExitError(5) when a stack of this checkout is kept by another process
 */
export async function keepStack(context: StackContext): Promise<Stack> {
  refuseSecond(context.state)
  let servers: Servers | undefined
  let payments: Payments | null = null
  const startedAt = new Date().toISOString()
  const keeper = keeperRecord()
  const secrets = keptSecrets(context.state)
  const write = () =>
    writeStack(
      context.state,
      {
        started_at: startedAt,
        checkout: CHECKOUT,
        keeper,
        urls: servers?.urls ?? null,
        origins: servers?.origins ?? null,
        payments: payments?.url ?? null,
        processes: processes.live(),
      },
      secrets,
    )
  const processes = new ProcessList(write)
  write()
  void context.stops.secondSignal.then(() => processes.kill())
  const kept = { signal: context.stops.signal, onProcess: processes.add }
  const starting = bringUpServers({ ...context, ...kept, password: secrets.postgres_password })
  try {
    servers = await untilAborted(starting, context.stops.signal)
    if (context.shop !== undefined) payments = await simulatedPayments(context.env, secrets, context.shop)
  } catch (thrown) {
    await endUntilSettled(processes, starting)
    removeStack(context.state)
    throw thrown
  }
  const paid = payments && keepChild(payments.plan, { ...context, ...kept })
  write()
  const { urls, stop } = servers
  return {
    urls,
    secrets,
    stop: async () => {
      await paid?.stop()
      await stop()
      removeStack(context.state)
    },
  }
}

/** Stopped half way: what lives is ended, and again, until the start has noticed and nothing new can come. */
async function endUntilSettled(processes: ProcessList, starting: Promise<unknown>): Promise<void> {
  let isSettled = false
  void starting
    .catch(() => undefined)
    .finally(() => {
      isSettled = true
    })
  do {
    await Promise.all(processes.live().map((record) => endServer(record)))
    await sleep(SETTLE_POLL_MS)
  } while (!isSettled)
  await Promise.all(processes.live().map((record) => endServer(record)))
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = aborted(signal).then(() =>
    Promise.reject(new ExitError(EXIT.stopped, 'stopped while starting')),
  )
  return await Promise.race([work, stopped])
}

function refuseSecond(state: string): void {
  const running = readStack(state)
  if (!running || !isKept(running)) return
  const where = running.urls ? withoutPassword(running.urls.postgres) : 'still starting'
  throw new ExitError(
    EXIT.busy,
    `a stack of this checkout is running already (process ${running.keeper.pid}, ${where}); stop that one first`,
  )
}

const SETTLE_POLL_MS = 50
