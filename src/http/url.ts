/**
 * The form of a raw URL, checked before anything decodes it. The router decodes leniently (a broken escape
 * stays as it is), which would turn a broken request into a different, valid one.
 */
import { type Problem, problem } from '../errors.ts'

/** Longest path and query, characters (operations design 11). */
export const URL_MAX = 8_192
/** Longest `q` before cleaning; search allows 200 characters after it. */
export const QUERY_FORM_MAX = 4_000

/**
 * @param url absolute URL as received, still percent-encoded
 * @returns what is wrong with it, or null
 */
export function urlFault(url: string): Problem | null {
  return targetFault(url.slice(url.indexOf('/', url.indexOf('://') + 3)))
}

/** @param target path and query, as `urlFault` */
export function targetFault(target: string): Problem | null {
  if (target.length > URL_MAX) return tooLong(target)
  const queryStart = target.indexOf('?')
  const path = queryStart === -1 ? target : target.slice(0, queryStart)
  if (!isDecodable(path)) return badEncoding('path')
  const query = queryStart === -1 ? '' : target.slice(queryStart + 1)
  const broken = query.split('&').find((pair) => !isDecodable(pair))
  if (broken !== undefined) return badEncoding(nameOf(broken))
  return new URLSearchParams(query).has(LOST_NAME) ? unknownName(LOST_NAME) : null
}

/** The router gathers parameters in a plain object, where this name would vanish instead of being refused. */
const LOST_NAME = '__proto__'

function unknownName(path: string): Problem {
  return problem('bad-request', { errors: [{ path, message: 'is not a parameter here' }] })
}

/** A URL is nearly always too long because of one text; the reply names it. */
function tooLong(target: string): Problem {
  const query = new URLSearchParams(target.slice(target.indexOf('?') + 1))
  const q = query.get('q') ?? ''
  if (q.length > QUERY_FORM_MAX) return queryTooLong()
  return problem('uri-too-long', {
    detail: `A URL has at most ${URL_MAX} characters, this one ${target.length}.`,
  })
}

export function queryTooLong(): Problem {
  return problem('query-too-long', {
    detail: 'Shorten the query.',
    errors: [{ path: 'q', message: 'is too long: at most 200 characters are searched' }],
  })
}

function badEncoding(path: string): Problem {
  return problem('bad-encoding', {
    detail: 'Percent-encode as UTF-8: % is followed by two hex digits.',
    errors: [{ path, message: 'is not percent-encoded UTF-8' }],
  })
}

/** Name of a parameter for the reply; shown as received when the name itself is broken. */
function nameOf(pair: string): string {
  const raw = pair.split('=', 1)[0] ?? ''
  return isDecodable(raw) ? decodeURIComponent(raw) : raw.slice(0, 40)
}

function isDecodable(text: string): boolean {
  if (!text.includes('%')) return true
  try {
    decodeURIComponent(text)
    return true
  } catch (thrown) {
    if (thrown instanceof URIError) return false
    throw thrown
  }
}
