/**
 * Metrics of one process, by the closed list of `names.ts`. Code gets a `Metrics` as an argument; there is no
 * global registry, so two instances in one test do not add up.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'
import type { MetricRow } from './metric-row.ts'
import { METRICS, type MetricName } from './names.ts'

export type Labels = Readonly<Record<string, string>>

/** What code may do with a metric. Times are seconds. */
export type Metrics = {
  /** Add to a counter. */
  count(name: MetricName, labels?: Labels, by?: number): void
  /** A counter with its labels, for what happens at every request: adding one costs no look-up of the labels. */
  counter(name: MetricName, labels: Labels): () => void
  /** Set a gauge. */
  set(name: MetricName, value: number, labels?: Labels): void
  /** Record one value of a histogram. */
  observe(name: MetricName, value: number, labels?: Labels): void
  /** The text that a scraper reads. */
  text(): Promise<string>
  readonly contentType: string
}

type Handle = Counter<string> | Gauge<string> | Histogram<string>

/**
 * @param prefixes names that begin with one of these are registered, so that a process does not show metrics
 *   that it never sets
 * @throws Error (later, on use) for a metric that this process did not register
 */
export function createMetrics(prefixes: readonly string[]): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const handles = new Map<MetricName, Handle>()
  for (const [name, row] of Object.entries(METRICS) as [MetricName, MetricRow][]) {
    if (prefixes.some((prefix) => name.startsWith(prefix))) handles.set(name, register(name, row, registry))
  }
  const handle = (name: MetricName): Handle => {
    const found = handles.get(name)
    if (!found) throw new Error(`metric ${name} is not registered in this process: add its prefix`)
    return found
  }
  const tallies: { readonly name: MetricName; readonly labels: Labels; pending: number }[] = []
  const count = (name: MetricName, labels: Labels = {}, by = 1) => {
    const counter = handle(name)
    if (counter instanceof Counter) counter.inc(labels, by)
  }
  return {
    count,
    counter(name, labels) {
      const tally = { name, labels, pending: 0 }
      tallies.push(tally)
      return () => {
        tally.pending += 1
      }
    },
    set(name, value, labels = {}) {
      const gauge = handle(name)
      if (gauge instanceof Gauge) gauge.set(labels, value)
    },
    observe(name, value, labels = {}) {
      const histogram = handle(name)
      if (histogram instanceof Histogram) histogram.observe(labels, value)
    },
    text: () => {
      for (const tally of tallies) {
        if (tally.pending > 0) count(tally.name, tally.labels, tally.pending)
        tally.pending = 0
      }
      return registry.metrics()
    },
    contentType: registry.contentType,
  }
}

function register(name: string, row: MetricRow, registry: Registry): Handle {
  const options = { name, help: row.help, labelNames: [...row.labels], registers: [registry] }
  switch (row.kind) {
    case 'counter':
      return new Counter(options)
    case 'gauge':
      return new Gauge(options)
    case 'histogram':
      return new Histogram(row.buckets ? { ...options, buckets: [...row.buckets] } : options)
    default:
      throw new Error(`metric kind not handled: ${row.kind satisfies never}`)
  }
}
