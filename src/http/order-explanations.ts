/** What a caller does about each problem of identity and ordering; part of the pages behind `type`. */
import type { ProblemName } from '../errors.ts'

export const ORDER_EXPLANATIONS = {
  'idempotency-key-invalid':
    'The key of a call that makes something is also the id of what it makes: a UUID of version 7, which sorts by time. Make a fresh one for each new request and send the same one again when an answer did not come.',
  'bad-signature':
    'A webhook carries Aisle-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of t, a dot and the body>, made with a secret of this shop within the last 300 seconds.',
  'ambiguous-credentials':
    'The request carries the cookie of one person and the bearer token of another. Send one of them.',
  unauthorized:
    'The request carries no access token, or one that is expired or not ours. Guests get one at POST /v1/sessions/guest; send it as Authorization: Bearer.',
  forbidden: 'The token is valid and its role does not allow this.',
  csrf: 'A request with a cookie that changes something has to come from a page of this shop: Sec-Fetch-Site same-origin, or Origin equal to the address of the shop. Programs send a bearer token instead.',
  'not-available':
    'Nothing is held. reason says why: SOLD_OUT, PARTIAL (some of the lines could be had, see lines), QUEUE (others wait and come first), LIMIT (one customer may have so many). A new attempt needs a new key.',
  'cart-full': 'The cart has as many skus as one hold can have. Hold what is in it, or take something out.',
  'price-changed':
    'A line expected another price than the item has. Nothing is held. prices has both; show the new one before you try again with a new key.',
  'wrong-state':
    'What you ask for was possible in another state of the hold or order. reason says which: EXPIRED, RELEASED, ABANDONED (use a new key), ALREADY_PAID, NOT_PAID (give the hold back instead), ALREADY_SHIPPED and NOT_SHIPPED (fewer units are left than you name), CANCELLED, IN_PROGRESS (try again after Retry-After), EXTEND_REFUSED. For people of the shop: ADJUST_BELOW_PROMISED (promises has the holds and orders in the way; release_holds lets the youngest holds give way), TRANSFER_BELOW_PROMISED, NOT_OPEN, NOT_ASKED, WRONG_STATE.',
  'body-too-large': 'A body here has at most 64 kB.',
  'unsupported-media-type': 'Send the body as application/json.',
  'idempotency-key-reused':
    'The key belongs to a request with other content or of another customer. Use a new key for a new request.',
  'mixed-currency': 'One cart is paid in one currency. Put the items into two carts.',
  'unknown-sku': 'No stock is kept of a sku of the cart; lines has it.',
  'not-for-sale': 'An item of the cart is hidden or has no price; lines has it.',
  'ordering-unavailable':
    'The database of orders does not answer, or the shop has no payment provider. Nothing is lost: send the same request with the same key after Retry-After seconds.',
} as const satisfies Partial<Record<ProblemName, string>>
