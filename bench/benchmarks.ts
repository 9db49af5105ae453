/** All benchmarks, in the order they are run. */
import { apiOverhead } from './api-overhead.ts'
import type { Benchmark } from './benchmark.ts'
import { cacheHit } from './cache-hit.ts'
import { cachedSuggest } from './cached-suggest.ts'
import { events } from './events.ts'
import { limit } from './limit.ts'
import { load } from './load.ts'
import { memory } from './memory.ts'
import { ordersDrop } from './orders-drop.ts'
import { ordersExpiry } from './orders-expiry.ts'
import { ordersGate } from './orders-gate.ts'
import { ordersHttp } from './orders-http.ts'
import { ordersReconcile } from './orders-reconcile.ts'
import { ordersReserve } from './orders-reserve.ts'
import { stream } from './stream.ts'

export const BENCHMARKS: readonly Benchmark[] = [
  cachedSuggest,
  apiOverhead,
  limit,
  load,
  stream,
  cacheHit,
  events,
  ordersGate,
  ordersReconcile,
  ordersReserve,
  ordersHttp,
  ordersDrop,
  ordersExpiry,
  memory,
]
