/** The app over a catalogue in memory, with a clock and ids that do not change. */
import { type AdmissionOptions, createAdmission } from '../../src/http/admission.ts'
import { type AppOptions, createApp } from '../../src/http/app.ts'
import { loadAssets } from '../../src/http/assets.ts'
import { classLimits } from '../../src/http/classes.ts'
import { createInFlight } from '../../src/http/in-flight.ts'
import { startingState } from '../../src/http/state.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { testIdentity } from './identity.ts'
import { memorySearch } from './memory-search.ts'
import { noCart, noHolds, noOrders } from './no-holds.ts'
import { noStock } from './no-stock.ts'

const assets = loadAssets(new URL('../../web/', import.meta.url))

export type EdgeOptions = AppOptions & Pick<AdmissionOptions, 'limits' | 'hardStop'>

/** Options of a ready app. */
export function edgeOptions(overrides: Partial<EdgeOptions> = {}): EdgeOptions {
  const metrics = overrides.metrics ?? createMetrics(['http_', 'search_', 'suggest_', 'index_'])
  const limits = overrides.limits ?? classLimits({ search: 1_000, suggest: 300, item: 500 })
  const inFlight = createInFlight(limits, metrics)
  const hardStop = overrides.hardStop ?? new AbortController().signal
  return {
    search: memorySearch(),
    metrics,
    logger: createLogger('api', 'silent'),
    ...{ limits, inFlight, hardStop },
    admission: createAdmission({ limits, inFlight, hardStop }),
    state: { ...startingState(['postgres', 'elasticsearch']), phase: 'ready' },
    clock: () => 0,
    newRequestId: () => 'request-0001',
    shop: { name: 'Corner Shop', locale: 'en-GB', currency: 'EUR', imageSources: ['https:'] },
    assets,
    identity: testIdentity(),
    holds: noHolds(),
    ...noOrders(),
    stock: noStock(),
    cart: noCart(),
    newKey: () => '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01',
    ...overrides,
  }
}

export function edge(overrides: Partial<EdgeOptions> = {}): ReturnType<typeof createApp> {
  return createApp(edgeOptions(overrides))
}
