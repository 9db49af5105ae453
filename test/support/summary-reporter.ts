/**
 * Counts of a run for the runner (stack/test-run.ts), which prints them as the very last line, and the skipped
 * tests by the capability that was missing.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { ROOT } from './sources.ts'

/** Written at the end of a run, so its absence says that the run did not get that far. */
export const SUMMARY_FILE = join(ROOT, '.aisle', 'test-summary.json')

export type Summary = { readonly passed: number; readonly failed: number; readonly skipped: number }

/** Where `needs` (capabilities.ts) puts the reason into a title. */
const REASON = /\[needs ([^\]]+)\]/

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 }
    const reasons = new Map<string, number>()
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state === 'pending' ? 'failed' : state] += 1
        const reason = state === 'skipped' ? REASON.exec(test.fullName)?.[1] : undefined
        if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      }
    }
    for (const [reason, tests] of reasons) process.stderr.write(`skipped: ${tests} that need ${reason}\n`)
    mkdirSync(dirname(SUMMARY_FILE), { recursive: true })
    writeFileSync(SUMMARY_FILE, JSON.stringify(count))
  }
}
