/** Global trade item numbers: EAN-13, UPC-A, EAN-8 and GTIN-14 (GS1 General Specifications, section 7.9). */

/** Digits only; lengths of the four kinds. */
const GTIN = /^(\d{8}|\d{12,14})$/

/**
 * Check digit of a number without it.
 * @param digits 7, 11, 12 or 13 digits
 * @returns the digit that makes the weighted sum a multiple of 10; weights 3 and 1 alternate, 3 at the right end
 */
export function checkDigit(digits: string): number {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const weight = (digits.length - i) % 2 === 1 ? 3 : 1
    sum += weight * Number(digits.charAt(i))
  }
  return (10 - (sum % 10)) % 10
}

/** A well-formed number with the right check digit. */
export function isGtin(text: string): boolean {
  return GTIN.test(text) && checkDigit(text.slice(0, -1)) === Number(text.at(-1))
}

/** The number as scanners and shops may write it: a UPC with and without its leading zero. */
export function gtinForms(text: string): string[] {
  if (/^0\d{12}$/.test(text)) return [text, text.slice(1)]
  return /^\d{12}$/.test(text) ? [text, `0${text}`] : [text]
}
