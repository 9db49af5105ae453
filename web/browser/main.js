/** What a page does beyond its HTML: suggestions, pictures, sorting without the button. */
import { startPictures } from './pictures.js'
import { startSuggest } from './suggest.js'

const input = document.getElementById('q')
const list = document.getElementById('suggestions')
const said = document.getElementById('suggestions-said')
if (input instanceof HTMLInputElement && list && said) startSuggest(input, list, said)

startPictures()

const sort = document.querySelector('.sort')
if (sort instanceof HTMLFormElement) {
  sort.querySelector('button')?.setAttribute('hidden', '')
  sort.addEventListener('change', () => sort.requestSubmit())
}
