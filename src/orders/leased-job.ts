/**
 * A job that any number of workers may run: one of them has its lease and works, the others look whether it is free. A
 * lease only saves double work; every effect of a job is guarded by itself, so two holders at once do no harm.
 *
 * | state | event | next |
 * |---|---|---|
 * | looking | the lease is free | leading: passes, while the lease is renewed beside them |
 * | leading | the lease is somebody else's, or cannot be renewed for as long as it lasts | looking, when the pass has come to a safe point |
 * | any | the process stops | the lease is given back, when the pass has come to a safe point |
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { dropLease, type Lease, takeLease } from '../postgres/inv/leases.ts'
import type { Pool } from '../postgres/pool.ts'
import type { JobBoard } from './job-board.ts'

export type LeasedJob = {
  /** Name of the lease. */
  readonly job: string
  /**
   * One pass. @param signal aborts when the lease is lost or the process stops: to be looked at wherever the pass may
   * end, by returning or throwing. @returns ms until the next pass is due, at least 0
   */
  readonly pass: (signal: AbortSignal) => Promise<number>
}

export type JobSetting = {
  readonly pool: Pool
  /** Names this process. */
  readonly holder: string
  /** How long a lease lasts by the clock of Postgres, ms: a worker that dies is replaced within it. */
  readonly leaseMs: number
  /** Monotonic ms. */
  readonly clock: () => number
  readonly board: JobBoard
  readonly onError: (job: string, error: unknown) => void
}

/** Of a lease, between two renewals or looks: two may fail before it is lost (order design, section 8: 3 s of 10 s). */
const RENEW_SHARE = 0.3
/** After a failure, so that a server that comes back is not pressed. */
const PAUSE_MS = 1_000

/** Run until `signal` aborts; then the lease is given back. A failed pass is told and tried again. */
export async function runLeased(setting: JobSetting, job: LeasedJob, signal: AbortSignal): Promise<void> {
  const lease = { job: job.job, slot: 0, holder: setting.holder }
  while (!signal.aborted) {
    const isHeld = await look(setting, lease).catch((error) => {
      setting.onError(job.job, error)
      return false
    })
    if (isHeld) await lead(setting, job, lease, signal)
    else await pause(setting.leaseMs * RENEW_SHARE, signal)
  }
  await dropLease(setting.pool, lease).catch(() => undefined) // its end by itself is near
}

/** Take the lease, or make it longer. @returns whether this process has it */
async function look({ pool, leaseMs, board }: JobSetting, lease: Lease): Promise<boolean> {
  const isHeld = await takeLease(pool, lease, leaseMs / 1_000)
  board.looked(lease.job, isHeld)
  return isHeld
}

async function lead(setting: JobSetting, job: LeasedJob, lease: Lease, stop: AbortSignal): Promise<void> {
  const lost = new AbortController()
  const lose = () => lost.abort()
  if (stop.aborted) lose()
  stop.addEventListener('abort', lose, { once: true })
  await Promise.all([keep(setting, lease, lost.signal).finally(lose), passes(setting, job, lost.signal)])
  stop.removeEventListener('abort', lose)
  setting.board.looked(job.job, false)
}

/** Renew until somebody else has the lease, or until it may be over: an answer that does not come renews nothing. */
async function keep(setting: JobSetting, lease: Lease, signal: AbortSignal): Promise<void> {
  const { clock, leaseMs, onError } = setting
  const renewMs = leaseMs * RENEW_SHARE
  let sureUntil = clock() + leaseMs - renewMs // it was taken a moment ago
  while (!signal.aborted) {
    await pause(Math.min(renewMs, sureUntil - clock()), signal)
    const askedAt = clock()
    if (signal.aborted || askedAt >= sureUntil) return
    const renewal = look(setting, lease).catch((error: unknown) => {
      onError(lease.job, error)
      return null
    })
    const isHeld = await Promise.race([renewal, pause(sureUntil - askedAt, signal).then(() => false)])
    if (isHeld === false) return
    if (isHeld) sureUntil = askedAt + leaseMs
  }
}

async function passes({ clock, board, onError }: JobSetting, { job, pass }: LeasedJob, signal: AbortSignal) {
  while (!signal.aborted) {
    const startedAt = clock()
    let waitMs = PAUSE_MS
    try {
      waitMs = await pass(signal)
      board.passed(job, clock() - startedAt)
    } catch (error) {
      if (signal.aborted) return // it has ended where it may
      board.failed(job)
      onError(job, error)
    }
    await pause(waitMs, signal)
  }
}

/** Ends early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined)
}
