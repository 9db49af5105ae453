/** Which texts are codes: model and part numbers that a customer types (search design, section 3). */

const CODE_MAX = 32
const CODE_WORDS = 2
const CODE_CHARACTERS_MIN = 3

/** A digit, 3 or more letters and digits, at most 32 characters and 2 words. */
export function looksLikeCode(text: string): boolean {
  if (text.length > CODE_MAX || !/\d/.test(text)) return false
  if (text.trim().split(/\s+/).length > CODE_WORDS) return false
  return (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= CODE_CHARACTERS_MIN
}

/** The codes among some texts, each once, in their order. */
export function codesAmong(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()).filter(looksLikeCode))]
}
