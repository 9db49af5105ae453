/**
 * Three kinds of tests: `unit` needs no servers, `integration` shares them between two files at a time, `serial`
 * (faults, browser) has the machine to itself.
 */
import { defineConfig } from 'vitest/config'
import { SummaryReporter } from './test/support/summary-reporter.ts'

/** Files that need no server. They lie beside what they test; the guards lie at the top of test/. */
const UNIT = [
  'src',
  'indexer',
  'mappings',
  'web',
  'stack',
  'scripts',
  'bench',
  'sim',
  'test/support',
  'test/model',
].map((folder) => `${folder}/**/*.test.ts`)

/** Starts the servers, or uses the ones that `npm run stack` keeps up; once for all projects of a run. */
const SERVERS = './test/support/servers.ts'

export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: 'unit',
          include: [...UNIT, 'test/*.test.ts'],
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: SERVERS,
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Faults and pages measure time against a machine that does nothing else: one file after the other.
        test: {
          name: 'serial',
          include: ['test/fault/**/*.test.ts', 'test/browser/**/*.test.ts'],
          globalSetup: SERVERS,
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
