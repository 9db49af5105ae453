/**
 * Whether a shopper could tell two versions of one page apart: as for answers, but for cards of items in the place of
 * hits. Pure.
 */

/** Whether a reply is a page of the shop. */
export function isPage(body: string): boolean {
  return body.startsWith('<!doctype html>')
}

/** @param kept @param fresh pages of the shop to the same request */
export function pagesDiffer(kept: string, fresh: string): boolean {
  const [before, after] = [read(kept), read(fresh)]
  if (before.frame !== after.frame) return true
  const shared = [...before.cards].filter(([id]) => after.cards.has(id))
  if (shared.some(([id, card]) => after.cards.get(id) !== card)) return true
  const isSame = before.cards.size === after.cards.size && shared.length === before.cards.size
  return isWhole(before) && !isSame
}

type Page = {
  /** Everything but the cards. */
  readonly frame: string
  /** By id of the item. */
  readonly cards: ReadonlyMap<string, string>
}

/** An item in a list; `web/pages/item-card.ts` nests no list in it. */
const CARD = /<li class="card"[^>]* data-item="(\d+)"[^>]*>.*?<\/li>\s*/gs
/** Which pictures load at once depends on the place of the card. */
const LOADING = / loading="(?:eager|lazy)"/

function read(page: string): Page {
  const cards = new Map<string, string>()
  const frame = page.replace(CARD, (card: string, id: string) => {
    cards.set(id, card.trimEnd().replace(LOADING, ''))
    return ''
  })
  return { frame, cards }
}

/** Every item that was found stands on the page: there are results, no further pages, and they are not popular ones in place of none. */
function isWhole({ frame }: Page): boolean {
  return frame.includes('<h2 id="results" class="unseen">') && !frame.includes('<nav class="pages"')
}
