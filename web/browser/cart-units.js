/**
 * The number in the corner of the basket, from the cookie that every answer about the cart brings: pages that are kept know
 * nothing of it. Read again when the page comes back from the browser's memory or into sight, since another tab may have
 * changed the cart.
 */

const MOST_SHOWN = 99

/** @param {HTMLElement | null} place */
export function startCartUnits(place) {
  if (place === null) return
  if (!('known' in place.dataset)) showCartUnits()
  addEventListener('pageshow', (event) => event.persisted && showCartUnits())
  document.addEventListener(
    'visibilitychange',
    () => document.visibilityState === 'visible' && showCartUnits(),
  )
}

export function showCartUnits() {
  const place = document.getElementById('cart-units')
  if (place === null) return
  const units = cartUnits(document.cookie)
  place.hidden = units === 0
  place.textContent = units > MOST_SHOWN ? `${MOST_SHOWN}+` : String(units)
}

/**
 * @param {string} cookies as `document.cookie` has them
 * @returns {number} 0: none, or nothing that is a number
 */
export function cartUnits(cookies) {
  const value = /(?:^|;\s*)aisle_cart=(\d{1,9})(?:;|$)/.exec(cookies)?.[1]
  return value === undefined ? 0 : Number(value)
}
