/**
 * The template tag of the pages. Every value is escaped for text and for quoted attributes; only what the tag
 * itself made, or `trusted` marks, goes in as it is. Attributes are always quoted (a test reads the templates).
 */
import { escapeText } from '../src/catalog/escape.ts'

/** Finished HTML. A class, so that no plain text passes for it. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** null, undefined and false show nothing; arrays are joined. */
export type Part = Html | string | number | null | undefined | false | readonly Part[]

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? ''
  for (const [i, part] of parts.entries()) text += render(part) + (strings[i + 1] ?? '')
  return new Html(text)
}

function render(part: Part): string {
  if (part instanceof Html) return part.text
  if (part === null || part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  return part.map(render).join('')
}

/**
 * A highlighted name: escaped text with `<mark>`. It is escaped where it was made; anything but the mark that
 * still looks like a tag is shown as text, so that one fault elsewhere does not become a hole here.
 */
export function marked(highlight: string): Html {
  const pieces = highlight.split(/(<\/?mark>)/).map((piece, i) => {
    return i % 2 === 1 ? piece : escapeText(piece, /[<>"']/g)
  })
  return new Html(pieces.join(''))
}

/** The URL of an image when a browser may load it: http or https, else null (no `javascript:`, no `data:`). */
export function imageUrl(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null
  const { protocol, href } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? href : null
}
