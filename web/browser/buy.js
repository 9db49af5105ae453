/** Putting the item of the page into the cart without leaving it. What does not work by script, the form does. */
import { showCartUnits } from './cart-units.js'

const DEADLINE_MS = 5_000

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} article around it, whose price and stock are kept live
 */
export function startBuying(form, article) {
  let isBusy = false
  const follow = new MutationObserver(() => followOffer(form, article))
  follow.observe(article, { subtree: true, childList: true, attributeFilter: ['class'] })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (isBusy) return
    isBusy = true
    put(form)
      .then(
        (units) => say(form, units),
        () => form.submit(),
      )
      .finally(() => {
        isBusy = false
      })
  })
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<number>} units of the item in the cart now
 */
async function put(form) {
  const fields = new FormData(form)
  const sku = String(fields.get('sku'))
  const reply = await fetch('/v1/cart/lines', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sku, qty: Number(fields.get('qty')), seen_price: Number(fields.get('price')) }),
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
  if (!reply.ok) throw new Error(`${reply.status}`)
  const cart = /** @type {{ lines: { sku: string, qty: number }[] }} */ (await reply.json())
  return cart.lines.find((line) => line.sku === sku)?.qty ?? 0
}

/**
 * @param {HTMLFormElement} form
 * @param {number} units
 */
function say(form, units) {
  showCartUnits()
  const link = document.createElement('a')
  link.href = '/cart'
  link.textContent = 'Go to the cart'
  form.querySelector('.buy-said')?.replaceChildren(`In your cart: ${units}. `, link)
}

/**
 * The button can be pressed while there is something to have; what is put was seen at the price that stands there now.
 * @param {HTMLFormElement} form
 * @param {HTMLElement} article
 */
function followOffer(form, article) {
  const button = form.querySelector('button')
  const price = article.querySelector('.item-price data.price')
  const field = form.elements.namedItem('price')
  const isGone = article.querySelector('.item-stock .stock-out_of_stock') !== null
  if (button && button.disabled !== isGone) button.disabled = isGone
  if (price instanceof HTMLDataElement && field instanceof HTMLInputElement) field.value = price.value
}
