/**
 * Fan-outs under way: changes whose documents are rewritten beside the stream. Their commits are acknowledged as soon as
 * the job is recorded; search shows them only when the job is done, so nobody may claim more than lies before the
 * oldest. Pure.
 */
import type { Lsn } from './lsn.ts'

export type FanOuts = {
  /**
   * Before the commit may count as durable. Known ones stay as they are.
   * @param lsn no commit that it waits for ends at or below this; 0 where that is not known
   * @param nowMs ms since 1970
   */
  open(jobId: string, lsn: Lsn, nowMs: number): void
  /** Search shows what it has rewritten, and the cache was told. */
  close(jobId: string): void
  /** The most that may be claimed to be shown. @param lsn without fan-outs */
  claimable(lsn: Lsn): Lsn
  /** When the oldest began, ms since 1970; null: there is none. */
  readonly sinceMs: number | null
}

export function createFanOuts(): FanOuts {
  const open = new Map<string, { readonly lsn: Lsn; readonly sinceMs: number }>()
  return {
    open(jobId, lsn, sinceMs) {
      if (!open.has(jobId)) open.set(jobId, { lsn, sinceMs })
    },
    close: (jobId) => void open.delete(jobId),
    claimable: (lsn) => [...open.values()].reduce((least, job) => (job.lsn < least ? job.lsn : least), lsn),
    get sinceMs() {
      return open.values().next().value?.sinceMs ?? null
    },
  }
}
