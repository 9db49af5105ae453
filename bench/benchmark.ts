/** What a benchmark is, what it gets, and what it finds. */
import type { ApiSecrets } from '../stack/secrets.ts'
import type { ServerUrls } from '../stack/servers.ts'
import type { Say } from '../stack/wait.ts'
import type { Spread } from './statistics.ts'

/** What the median of a figure has to keep. */
export type Target = { readonly atLeast: number } | { readonly atMost: number }

export type Figure = {
  readonly name: string
  /** `ratio`, `us`, `MB`, ... */
  readonly unit: string
  readonly spread: Spread
  /** null: shown for whoever wants to understand the others. */
  readonly target: Target | null
}

export type Finding = {
  /** What was measured, on how much data, against which floor: without it a figure says nothing. */
  readonly conditions: readonly string[]
  readonly figures: readonly Figure[]
}

export type Setting = {
  readonly urls: ServerUrls
  /** Folder for logs. */
  readonly folder: string
  readonly secrets: ApiSecrets
  /** At least 3. */
  readonly rounds: number
  /** Of one measurement, seconds. */
  readonly seconds: number
  /** Sizes that take many minutes. */
  readonly isFull: boolean
  readonly signal: AbortSignal
  readonly say: Say
}

export type Benchmark = {
  readonly name: string
  readonly about: string
  run(setting: Setting): Promise<Finding>
}

/** Whether the median keeps the target; true where there is none. */
export function isMet({ spread, target }: Figure): boolean {
  if (target === null) return true
  return 'atLeast' in target ? spread.median >= target.atLeast : spread.median <= target.atMost
}
