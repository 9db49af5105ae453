/**
 * What is new about an item that somebody looks at, in words. Pure; `live.js` shows it.
 */

/** @typedef {{ price: number | null, currency: string, availability: string }} Offer */

/**
 * @param {Offer} offer price in minor units
 * @param {string} locale BCP 47
 * @param {Record<string, string>} words of the page: one for each availability, and `no_price`
 */
export function priceText({ price, currency }, locale, words) {
  if (price === null) return words['no_price'] ?? ''
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  return format.format(price / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

/**
 * @param {Offer} before
 * @param {Offer} now
 * @param {string} locale
 * @param {Record<string, string>} words
 * @returns {string} empty: nothing that a shopper would notice
 */
export function newsOf(before, now, locale, words) {
  const was = priceText(before, locale, words)
  const is = priceText(now, locale, words)
  const price = was === is ? '' : `The price has just changed from ${was} to ${is}.`
  const stock = before.availability === now.availability ? '' : `${words[now.availability] ?? ''}, just now.`
  return [price, stock].filter((text) => text !== '').join(' ')
}
