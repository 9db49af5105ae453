/** The banner above an answer that had to do without a server: what is missing, in plain words. */
import { type Html, html } from '../html.ts'

/** By the names that `degraded` carries. */
const MISSING: Readonly<Record<string, string>> = {
  elasticsearch:
    'Search is running on its reserve: it finds products by simpler rules, and can be filtered by category and brand only.',
  postgres: 'Prices and stock may be a little out of date.',
  suggestions: 'Suggestions while you type are missing.',
}

/** For a server this page has no words for. */
const SOMETHING = 'Results may be incomplete or a little out of date.'

/** @param degraded servers by name; twice the same says it once */
export function degradedBanner(degraded: readonly string[]): Html | null {
  if (degraded.length === 0) return null
  const said = new Set(degraded.map((server) => MISSING[server] ?? SOMETHING))
  return html`<p class="notice notice-warn" role="status"><strong>Part of the shop is being repaired.</strong> ${[...said].join(' ')}</p>`
}
