/** Text that goes into HTML: pages, and names with marks, which are HTML already. */

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** @param signs which of & < > " ' are escaped; all, but where some were escaped before */
export function escapeText(text: string, signs: RegExp = /[&<>"']/g): string {
  return text.replaceAll(signs, (sign) => ESCAPES[sign] ?? sign)
}
