/**
 * Price and availability of the item on the page, asked for again every few seconds while somebody can see it.
 * What has not changed costs a reply without a body. A shop that cannot be reached is asked ever less often, and
 * the page says from when its figures are.
 */
import { newsOf, priceText } from './news.js'

/** @typedef {import('./news.js').Offer} Offer */
/** @typedef {{ offer: Offer, etag: string | null }} Known */
/** @typedef {{ kind: 'same' } | { kind: 'gone' } | { kind: 'away' } | { kind: 'offer', known: Known }} Reply */

const EVERY_MS = 3_000
const LONGEST_MS = 60_000
/** Longer than this counts as no answer, ms. */
const DEADLINE_MS = 5_000
/** One missed answer is not worth a word. */
const MISSED_MAX = 2

/** @param {HTMLElement} article with the attributes of the item page */
export function startLive(article) {
  const page = partsOf(article)
  let etag = /** @type {string | null} */ (null)
  let shown = /** @type {Offer | null} */ (null)
  let missed = 0
  let since = new Date()
  let timer = 0

  const again = () => {
    clearTimeout(timer)
    if (document.visibilityState === 'visible') {
      timer = setTimeout(ask, Math.min(EVERY_MS * 2 ** Math.max(0, missed - 1), LONGEST_MS))
    }
  }
  const ask = async () => {
    const reply = await askFor(article.dataset['item'] ?? '', etag)
    if (reply.kind === 'gone') return page.say('This product has just left the shop.')
    if (reply.kind === 'away') {
      missed += 1
      if (missed === MISSED_MAX) page.say(`Price and stock as of ${timeText(since, page.locale)}.`)
      return again()
    }
    if (missed >= MISSED_MAX) page.say('')
    missed = 0
    since = new Date()
    if (reply.kind === 'offer') {
      const before = shown ?? page.offer(reply.known.offer)
      etag = reply.known.etag
      shown = reply.known.offer
      page.show(before, shown)
    }
    again()
  }
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (document.visibilityState === 'visible') ask()
  })
  again()
}

/**
 * @param {string} itemId
 * @param {string | null} etag of the last answer
 * @returns {Promise<Reply>}
 */
async function askFor(itemId, etag) {
  try {
    const reply = await fetch(`/v1/items/${encodeURIComponent(itemId)}`, {
      headers: etag === null ? {} : { 'if-none-match': etag },
      cache: 'no-store',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    if (reply.status === 304) return { kind: 'same' }
    if (reply.status === 404) return { kind: 'gone' }
    if (!reply.ok) return { kind: 'away' }
    return { kind: 'offer', known: { offer: await reply.json(), etag: reply.headers.get('etag') } }
  } catch {
    return { kind: 'away' }
  }
}

/**
 * The places of the page, and what it knows.
 * @param {HTMLElement} article
 */
function partsOf(article) {
  const locale = article.dataset['locale'] ?? 'en'
  const words = /** @type {Record<string, string>} */ (JSON.parse(article.dataset['words'] ?? '{}'))
  const part = (/** @type {string} */ name) => article.querySelector(name)
  return {
    locale,
    /**
     * What the server has put on the page, in the currency of an answer.
     * @param {Offer} like
     * @returns {Offer}
     */
    offer({ currency }) {
      const price = part('data.price')?.getAttribute('value') ?? null
      const availability = [...(part('.stock')?.classList ?? [])]
        .find((name) => name.startsWith('stock-'))
        ?.slice('stock-'.length)
      return { price: price === null ? null : Number(price), currency, availability: availability ?? '' }
    },
    /**
     * @param {Offer} before
     * @param {Offer} now
     */
    show(before, now) {
      const news = newsOf(before, now, locale, words)
      if (news === '') return
      part('.item-price')?.replaceChildren(priceElement(now, locale, words))
      const badge = part('.item-stock .stock')
      if (badge && !badge.hasAttribute('data-units')) {
        // Units that are followed are newer than the word.
        badge.className = `stock stock-${now.availability}`
        badge.textContent = words[now.availability] ?? ''
      }
      this.say(news)
    },
    /** @param {string} text */
    say(text) {
      const place = part('.item-news')
      if (place && place.textContent !== text) place.textContent = text
    },
  }
}

/**
 * @param {Offer} offer
 * @param {string} locale
 * @param {Record<string, string>} words
 */
function priceElement(offer, locale, words) {
  const element = document.createElement(offer.price === null ? 'span' : 'data')
  element.className = offer.price === null ? 'price price-none' : 'price price-new'
  if (element instanceof HTMLDataElement) element.value = String(offer.price)
  element.textContent = priceText(offer, locale, words)
  return element
}

/**
 * @param {Date} time
 * @param {string} locale
 */
function timeText(time, locale) {
  return time.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })
}
