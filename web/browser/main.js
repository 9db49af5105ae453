/** What a page does beyond its HTML. Each part is started where its place is on the page. */
import { startBuying } from './buy.js'
import { startCartUnits } from './cart-units.js'
import { startLive } from './live.js'
import { startPictures } from './pictures.js'
import { startProgress } from './progress.js'
import { rememberSearch } from './recent.js'
import { startSorting } from './sorting.js'
import { startSuggest } from './suggest.js'
import { startUnits } from './units.js'

const leaving = startProgress(document.getElementById('progress'))

const input = document.getElementById('q')
const list = document.getElementById('suggestions')
const said = document.getElementById('suggestions-said')
if (input instanceof HTMLInputElement && list && said) {
  startSuggest(input, list, said, (href) => {
    leaving()
    location.assign(href)
  })
}

startPictures()

const sort = document.querySelector('.sort')
if (sort instanceof HTMLFormElement) startSorting(sort)

const found = document.querySelector('[data-found]')
if (found instanceof HTMLElement) rememberSearch(found.dataset['found'] ?? '')

const item = document.querySelector('article[data-item]')
if (item instanceof HTMLElement) startLive(item)

/** @type {HTMLElement[]} */
const badges = [...document.querySelectorAll('main .stock[data-sku]')].filter(
  (badge) => badge instanceof HTMLElement,
)
if (badges.length > 0) startUnits(badges)

const buy = document.querySelector('form.buy')
if (buy instanceof HTMLFormElement && item instanceof HTMLElement) startBuying(buy, item)
startCartUnits(document.getElementById('cart-units'))
