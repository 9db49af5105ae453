/**
 * The one way from the order path to Redis: every script of the gate goes through `run`, with its deadline, its
 * breaker per slot (in a cluster one node may be away) and its metric.
 */
import type { GateConnection } from '../redis/connection.ts'
import { type BoundScript, bindScript, readScript } from '../redis/scripts.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { GateHealth } from './gate-health.ts'
import type { ScriptRequest } from './gate-requests.ts'

export const GATE_SCRIPTS = [
  'admit',
  'settle',
  'abort',
  'delta',
  'load',
  'reconcile',
  'epoch',
  'overdue',
] as const
export type GateScript = (typeof GATE_SCRIPTS)[number]

/** Redis gave no answer. Whether the script has run is not known. */
export class GateUnavailable extends Error {
  readonly reason: 'timeout' | 'down'

  constructor(script: GateScript, reason: 'timeout' | 'down', cause: unknown) {
    super(`${script}: no answer from Redis (${reason})`, { cause })
    this.name = 'GateUnavailable'
    this.reason = reason
  }
}

export type GateCallsParts = {
  /** From `connectGate`. */
  readonly connection: GateConnection
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly now: () => number
  readonly onError?: (error: unknown) => void
}

export class GateCalls {
  readonly connection: GateConnection
  readonly #parts: GateCallsParts
  readonly #scripts: ReadonlyMap<GateScript, BoundScript>
  readonly #health = new Map<number, GateHealth>()

  constructor(parts: GateCallsParts) {
    this.#parts = parts
    this.connection = parts.connection
    this.#scripts = new Map(
      GATE_SCRIPTS.map((name) => [name, bindScript(parts.connection, readScript(name))]),
    )
  }

  /** @returns the script's answer @throws GateUnavailable when there is none in time, or Redis refuses to run it */
  run(slot: number, script: GateScript, { keys, args }: ScriptRequest): Promise<readonly unknown[]> {
    return this.#guarded(slot, script, async () => (await this.#scripts.get(script)?.(keys, args)) ?? [])
  }

  /** A plain read beside the scripts, under the same rules. */
  read<T>(slot: number, beside: GateScript, ask: (connection: GateConnection) => Promise<T>): Promise<T> {
    return this.#guarded(slot, beside, () => ask(this.connection))
  }

  async #guarded<T>(slot: number, script: GateScript, ask: () => Promise<T>): Promise<T> {
    const { now, metrics, onError } = this.#parts
    const health = this.#healthOf(slot)
    const startedAt = now()
    if (!health.allow(startedAt)) throw this.#failure(script, 'down', null)
    try {
      const answer = await ask()
      health.succeeded()
      metrics.observe('inv_gate_seconds', (now() - startedAt) / 1_000, { script })
      return answer
    } catch (error) {
      health.failed(now())
      onError?.(error)
      throw this.#failure(script, isTimeout(error) ? 'timeout' : 'down', error)
    }
  }

  #failure(script: GateScript, reason: GateUnavailable['reason'], cause: unknown): GateUnavailable {
    this.#parts.metrics.count('inv_gate_failures_total', { script, reason })
    return new GateUnavailable(script, reason, cause)
  }

  #healthOf(slot: number): GateHealth {
    const known = this.#health.get(slot)
    if (known) return known
    const fresh = new GateHealth()
    this.#health.set(slot, fresh)
    return fresh
  }
}

/** ioredis has no class for it. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out'
}
