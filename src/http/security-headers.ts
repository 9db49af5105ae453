/**
 * Headers that tell a browser what a reply may do. Constant objects, merged into replies: a middleware that
 * builds them for each reply costs as much as the reply (operations design 11).
 */

const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
} as const

/** For every reply that does not say otherwise: it loads nothing, is framed by nobody and kept by nobody. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  ...EVERYWHERE,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** What a host list may hold to become part of the policy: a scheme, or an origin. */
const SOURCE = /^(https?:|https?:\/\/[a-z0-9.*-]+(:\d+)?)$/i

/**
 * Headers of a page: everything from our own origin, images also from the configured hosts.
 * @param imageSources schemes (`https:`) or origins; others are left out, so that no text can add a directive
 */
export function pageHeaders(imageSources: readonly string[]): Readonly<Record<string, string>> {
  const images = imageSources.filter((source) => SOURCE.test(source))
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    ["img-src 'self'", ...images].join(' '),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return { ...EVERYWHERE, 'content-security-policy': policy.join('; ') }
}
