/** How the jobs of one worker stand, for probes and scrapers. */
import type { Metrics } from '../telemetry/metrics.ts'

export type JobView = {
  readonly job: string
  /** Whether this process has the lease. */
  readonly is_led: boolean
  /** Since it was last known who has the lease, ms; null: not known yet. */
  readonly looked_ms_ago: number | null
  /** Since this process last finished a pass, ms; null: never. */
  readonly passed_ms_ago: number | null
  /** Whether the last pass failed. */
  readonly is_failing: boolean
}

type Entry = { isLed: boolean; lookedAt: number | null; passedAt: number | null; isFailing: boolean }

export class JobBoard {
  readonly #metrics: Pick<Metrics, 'count' | 'set' | 'observe'>
  readonly #clock: () => number
  readonly #jobs = new Map<string, Entry>()

  /** @param clock monotonic ms */
  constructor(metrics: Pick<Metrics, 'count' | 'set' | 'observe'>, clock: () => number) {
    this.#metrics = metrics
    this.#clock = clock
  }

  /** A job that this process runs when it has its lease. */
  add(job: string): void {
    this.#jobs.set(job, { isLed: false, lookedAt: null, passedAt: null, isFailing: false })
  }

  /** It is known whether this process has the lease. */
  looked(job: string, isLed: boolean): void {
    this.#change(job, { isLed, lookedAt: this.#clock() })
  }

  passed(job: string, tookMs: number): void {
    this.#metrics.observe('worker_job_pass_seconds', tookMs / 1_000, { job })
    this.#change(job, { passedAt: this.#clock(), isFailing: false })
  }

  failed(job: string): void {
    this.#metrics.count('worker_job_failures_total', { job })
    this.#change(job, { isFailing: true })
  }

  view(): JobView[] {
    const ago = (at: number | null) => (at === null ? null : Math.round(this.#clock() - at))
    return [...this.#jobs].map(([job, { isLed, lookedAt, passedAt, isFailing }]) => ({
      job,
      is_led: isLed,
      looked_ms_ago: ago(lookedAt),
      passed_ms_ago: ago(passedAt),
      is_failing: isFailing,
    }))
  }

  /** Bring the gauges up to this moment: before each scrape. */
  measure(): void {
    for (const { job, is_led, passed_ms_ago } of this.view()) {
      this.#metrics.set('worker_job_leads', is_led ? 1 : 0, { job })
      if (passed_ms_ago !== null)
        this.#metrics.set('worker_job_last_pass_age_seconds', passed_ms_ago / 1_000, { job })
    }
  }

  #change(job: string, to: Partial<Entry>): void {
    const entry = this.#jobs.get(job)
    if (entry) Object.assign(entry, to)
  }
}
