/**
 * A job that any number of workers may run: one of them has its lease and works, the others look whether it is free.
 * A lease only saves double work; every effect of a job is guarded by itself, so two holders at once do no harm.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { dropLease, takeLease } from '../postgres/inv/leases.ts'
import type { Pool } from '../postgres/pool.ts'

export type LeasedJob = {
  /** Name of the lease. */
  readonly job: string
  /** One pass. @returns ms until the next one is due, at least 0 */
  readonly pass: () => Promise<number>
}

export type JobSetting = {
  readonly pool: Pool
  /** Names this process. */
  readonly holder: string
  /** Monotonic ms. */
  readonly clock: () => number
  readonly onError: (job: string, error: unknown) => void
}

/** A worker that dies is replaced within this (order design, section 8: 10 s). */
const LEASE_SECONDS = 10
/** Before the lease ends, and often enough to notice that it is free. */
const LOOK_EVERY_MS = 3_000
/** After a failure, so that a server that comes back is not pressed. */
const PAUSE_MS = 1_000

/** Run until `signal` aborts; then the lease is given back. A failed pass is told and tried again. */
export async function runLeased(
  setting: JobSetting,
  { job, pass }: LeasedJob,
  signal: AbortSignal,
): Promise<void> {
  const lease = { job, slot: 0, holder: setting.holder }
  let renewAt = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    let waitMs = PAUSE_MS
    try {
      const isHeld = setting.clock() < renewAt || (await takeLease(setting.pool, lease, LEASE_SECONDS))
      if (isHeld && setting.clock() >= renewAt) renewAt = setting.clock() + LOOK_EVERY_MS
      waitMs = isHeld ? await pass() : LOOK_EVERY_MS
    } catch (error) {
      setting.onError(job, error)
      renewAt = Number.NEGATIVE_INFINITY
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  }
  await dropLease(setting.pool, lease).catch(() => undefined) // its end by itself is near
}
