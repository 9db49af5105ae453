/**
 * Progress of long commands: a bar on a terminal, a plain line every 5 s elsewhere, so that a log stays short.
 * Written to standard error; standard output belongs to results.
 */
import { SingleBar } from 'cli-progress'

/** Progress of one phase with a known or estimated total. */
export type Progress = {
  /** Show that `done` units are done; `note` is free text such as a rate. */
  update(done: number, note?: string): void
  /** The total turned out to be different. */
  setTotal(total: number): void
  stop(): void
}

/** Between two lines where there is no terminal. */
const PLAIN_LINE_MS = 5_000

/**
 * @param label what is being done, such as `import`
 * @param total units expected; 0 when unknown
 * @param unit such as `rows`
 */
export function startProgress(label: string, total: number, unit: string): Progress {
  const startedAt = performance.now()
  const rate = (done: number) => Math.round(done / Math.max(0.001, (performance.now() - startedAt) / 1000))
  if (process.stderr.isTTY) return terminalProgress(label, total, unit, rate)
  let known = total
  let lastLine = startedAt
  let last = { done: 0, note: '' }
  const line = () => {
    const share = known > 0 ? ` of ${known} (${Math.floor((100 * last.done) / known)} %)` : ''
    const left =
      known > last.done && last.done > 0
        ? `, ${Math.ceil((known - last.done) / Math.max(1, rate(last.done)))} s left`
        : ''
    console.error(
      `${label}: ${last.done}${share} ${unit}, ${rate(last.done)}/s${left}${last.note ? `, ${last.note}` : ''}`,
    )
  }
  return {
    update(done, note = '') {
      last = { done, note }
      if (performance.now() - lastLine < PLAIN_LINE_MS) return
      lastLine = performance.now()
      line()
    },
    setTotal(next) {
      known = next
    },
    stop: line,
  }
}

function terminalProgress(
  label: string,
  total: number,
  unit: string,
  rate: (done: number) => number,
): Progress {
  const bar = new SingleBar({
    format: `${label} [{bar}] {percentage} % {value}/{total} ${unit} {rate}/s, {eta_formatted} left {note}`,
    stream: process.stderr,
    hideCursor: true,
    etaBuffer: 50,
  })
  bar.start(total, 0, { rate: 0, note: '' })
  return {
    update: (done, note = '') => bar.update(done, { rate: rate(done), note }),
    setTotal: (next) => bar.setTotal(next),
    stop: () => bar.stop(),
  }
}
