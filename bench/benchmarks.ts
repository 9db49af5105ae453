/** All benchmarks, in the order they are run. */
import type { Benchmark } from './benchmark.ts'
import { cachedSuggest } from './cached-suggest.ts'

export const BENCHMARKS: readonly Benchmark[] = [cachedSuggest]
