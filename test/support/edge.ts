/** The app over a catalogue in memory, with a clock and ids that do not change. */
import { type AppOptions, createApp } from '../../src/http/app.ts'
import { loadAssets } from '../../src/http/assets.ts'
import { classLimits } from '../../src/http/classes.ts'
import { startingState } from '../../src/http/state.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { testIdentity } from './identity.ts'
import { memorySearch } from './memory-search.ts'
import { noHolds } from './no-holds.ts'

const assets = loadAssets(new URL('../../web/', import.meta.url))

/** Options of a ready app. */
export function edgeOptions(overrides: Partial<AppOptions> = {}): AppOptions {
  return {
    search: memorySearch(),
    metrics: createMetrics(['http_', 'search_', 'suggest_', 'index_']),
    logger: createLogger('api', 'silent'),
    limits: classLimits({ search: 1_000, suggest: 300, item: 500 }),
    state: { ...startingState(['postgres', 'elasticsearch']), phase: 'ready' },
    hardStop: new AbortController().signal,
    clock: () => 0,
    newRequestId: () => 'request-0001',
    shop: { name: 'Corner Shop', locale: 'en-GB', currency: 'EUR', imageSources: ['https:'] },
    assets,
    identity: testIdentity(),
    holds: noHolds(),
    ...overrides,
  }
}

export function edge(overrides: Partial<AppOptions> = {}): ReturnType<typeof createApp> {
  return createApp(edgeOptions(overrides))
}
