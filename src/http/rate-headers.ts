/** What a reply tells of the limits that its request was counted against (draft-ietf-httpapi-ratelimit-headers-10). */
import type { Rate, Verdict } from '../limits/gcra.ts'

/** `name`: of the policy, as told. */
export type Rated = { readonly name: string; readonly rate: Rate; readonly verdict: Verdict }

/** The quota is the burst, full again after the window. */
export function rateHeaders(rated: readonly Rated[]): Record<'ratelimit-policy' | 'ratelimit', string> {
  const policy = ({ name, rate: { limit, periodMs, burst } }: Rated) =>
    `"${name}";q=${burst};w=${inSeconds((burst / limit) * periodMs)}`
  const left = ({ name, rate: { limit, periodMs, burst }, verdict: { remaining } }: Rated) =>
    `"${name}";r=${remaining};t=${inSeconds(((burst - remaining) / limit) * periodMs)}`
  return { 'ratelimit-policy': rated.map(policy).join(', '), ratelimit: rated.map(left).join(', ') }
}

/** Whole seconds, never too few. */
export const inSeconds = (ms: number): number => Math.ceil(ms / 1_000)
