/** The cart of the caller. It holds nothing; `POST /v1/holds` does. */
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Tokens } from '../../auth/token.ts'
import { problem } from '../../errors.ts'
import type { OwnCart, PutOutcome } from '../../orders/own-cart.ts'
import type { Admit } from '../admission.ts'
import { tellCartUnits } from '../cart-cookie.ts'
import { AddedLine, CART_EXAMPLE, Cart, Joining, LinePath, SetLine } from '../cart-schemas.ts'
import type { AppEnv } from '../context.ts'
import type { Identify } from '../identity.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body } from '../json-parts.ts'
import { OF_CALLER, problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'

const OF_BODY = ['bad-request', 'body-too-large', 'unsupported-media-type'] as const

const cartReply = (description: string) => answer(description, Cart, CART_EXAMPLE)

const showCart = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'get',
    path: '/v1/cart',
    summary: 'The cart, with stock and prices as they are now',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest')] as const,
    responses: {
      200: cartReply('The cart; without lines when there is none'),
      ...problemResponses(...OF_CALLER, 'ordering-unavailable'),
    },
  })

const addLine = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/cart/lines',
    summary: 'Put units into the cart',
    description: 'Added to those that are there. At most 100 skus, as in a hold.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest'), jsonBody] as const,
    request: { body: body(AddedLine) },
    responses: {
      200: cartReply('The cart with them'),
      ...problemResponses(...OF_BODY, ...OF_CALLER, 'unknown-sku', 'cart-full', 'ordering-unavailable'),
    },
  })

const setLine = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'put',
    path: '/v1/cart/lines/{sku}',
    summary: 'Set how many units of a sku are in the cart',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest'), jsonBody] as const,
    request: { params: LinePath, body: body(SetLine) },
    responses: {
      200: cartReply('The cart with them'),
      ...problemResponses(...OF_BODY, ...OF_CALLER, 'unknown-sku', 'cart-full', 'ordering-unavailable'),
    },
  })

const removeLine = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'delete',
    path: '/v1/cart/lines/{sku}',
    summary: 'Take a sku out of the cart',
    description: 'Repeating it is safe.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest')] as const,
    request: { params: LinePath },
    responses: {
      200: cartReply('The cart without it'),
      ...problemResponses('bad-request', ...OF_CALLER, 'ordering-unavailable'),
    },
  })

const joinCart = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/cart/join',
    summary: 'Take over the cart of the guest that the customer was',
    description:
      'Lines of both join; where both have a sku, that of the customer stays. Repeating it is safe.',
    'x-access': 'customer',
    middleware: [admit('cart'), identify('customer'), jsonBody] as const,
    request: { body: body(Joining) },
    responses: {
      200: cartReply('The cart with the lines of the guest'),
      ...problemResponses(...OF_BODY, ...OF_CALLER, 'ordering-unavailable'),
    },
  })

export const cartRoutes = (cart: OwnCart, tokens: Tokens, admit: Admit, identify: Identify) => {
  /** Every answer is the whole cart: what one line does changes its total, and a page shows both. */
  const shown = async (c: Context<AppEnv>) => {
    const answer = await cart.read(c.get('identity').subject)
    tellCartUnits(c, answer.units)
    return answer
  }
  return apiRouter([])
    .openapi(showCart(admit, identify), async (c) => c.json(await shown(c), 200))
    .openapi(addLine(admit, identify), async (c) => {
      const line = { ...c.req.valid('json'), mode: 'add' as const }
      isPut(await cart.put(c.get('identity').subject, line))
      return c.json(await shown(c), 200)
    })
    .openapi(setLine(admit, identify), async (c) => {
      const line = { ...c.req.valid('json'), ...c.req.valid('param'), mode: 'set' as const }
      isPut(await cart.put(c.get('identity').subject, line))
      return c.json(await shown(c), 200)
    })
    .openapi(removeLine(admit, identify), async (c) => {
      await cart.remove(c.get('identity').subject, [c.req.valid('param').sku])
      return c.json(await shown(c), 200)
    })
    .openapi(joinCart(admit, identify), async (c) => {
      const guest = await tokens.verify(c.req.valid('json').guest_token)
      if (guest.outcome === 'invalid' || guest.identity.role !== 'guest') {
        throw problem('bad-request', {
          detail: 'This is not the token of a guest.',
          errors: [{ path: 'guest_token', message: 'is not the token of a guest' }],
        })
      }
      await cart.join(guest.identity.subject, c.get('identity').subject)
      return c.json(await shown(c), 200)
    })
}

/** @throws Problem unknown-sku, cart-full */
function isPut(outcome: PutOutcome): void {
  if (outcome === 'unknown') throw problem('unknown-sku', { detail: 'There is no such item in the shop.' })
  if (outcome === 'full') throw problem('cart-full')
}
