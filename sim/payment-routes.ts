/** HTTP of the simulated provider: the calls of `PaymentProvider`, a page for shoppers, and switches for tests. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { checkoutPage, shownAmount } from './checkout-page.ts'
import type { NewPayment, Payment } from './payment-books.ts'
import { parseScenario, Rates } from './payment-rates.ts'
import type { PaymentSimulation } from './payment-simulation.ts'

const Minor = z
  .string()
  .regex(/^[1-9]\d{0,17}$/)
  .transform(BigInt)
const webUrl = z.url({ protocol: /^https?$/ })
const NewPaymentBody = z.strictObject({
  order_id: z.string().min(1).max(100),
  amount_minor: Minor,
  currency: z.string().regex(/^[A-Z]{3}$/),
  expires_in_s: z.number().positive().max(86_400),
  return_url: webUrl.nullable().default(null),
  metadata: z.strictObject({ scenario: z.string().max(100).optional() }).default({}),
})
const RefundBody = z.strictObject({ amount_minor: Minor })
const ConfigBody = Rates.partial().extend({
  seed: z.int().min(0).optional(),
  webhook_url: z.union([z.literal(''), webUrl]).optional(),
})
const KEY = /^[\w:.-]{1,200}$/

const CHECKOUT_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; form-action *; frame-ancestors 'none'",
}

/** @param publicUrl where browsers find its pages; '': where it was asked */
export function paymentRoutes(simulation: PaymentSimulation, publicUrl = ''): Hono {
  const app = new Hono()
  app.get('/livez', (c) => c.text('alive\n'))
  app.post('/payments', async (c) => {
    const key = c.req.header('idempotency-key') ?? ''
    const body = NewPaymentBody.safeParse(await jsonOf(c))
    const scenario = parseScenarioOf(body.data?.metadata.scenario)
    if (!KEY.test(key) || !body.success || scenario === null) {
      return c.json({ error: 'expected an idempotency-key and a payment' }, 400)
    }
    const { order_id, amount_minor, currency, return_url, expires_in_s } = body.data
    const given: NewPayment = { key, order_id, amount_minor, currency, return_url, scenario }
    const payment = simulation.create(given, expires_in_s)
    if (payment === null) return c.json({ error: 'this key was used for another payment' }, 422)
    return simulation.answer(c, 'create', key, () =>
      c.json(shown(simulation, payment, publicUrl || c.req.url), 201),
    )
  })
  app.get('/payments/:ref', (c) => {
    const payment = simulation.books.find(c.req.param('ref'))
    return payment
      ? c.json(shown(simulation, payment, publicUrl || c.req.url))
      : c.json({ error: 'no such payment' }, 404)
  })
  app.post('/payments/:ref/cancel', (c) => {
    const key = c.req.header('idempotency-key') ?? ''
    const state = simulation.cancel(c.req.param('ref'))
    if (state === null || !KEY.test(key)) return c.json({ error: 'no such payment, or no key' }, 404)
    return simulation.answer(c, 'cancel', key, () => c.json({ state }))
  })
  app.post('/payments/:ref/refunds', async (c) => {
    const key = c.req.header('idempotency-key') ?? ''
    const body = RefundBody.safeParse(await jsonOf(c))
    if (!KEY.test(key) || !body.success) return c.json({ error: 'expected a key and an amount' }, 400)
    const refund = simulation.refund(key, c.req.param('ref'), body.data.amount_minor)
    if (refund === 'refused') return c.json({ state: 'failed' })
    return simulation.answer(c, 'refund', key, () => c.json({ state: refund.state }))
  })
  checkoutRoutes(app, simulation)
  app.get('/sim/books', (c) => {
    const { counts, pending } = simulation.webhooks
    return c.json({ ...simulation.books.toJSON(), webhooks: { ...counts, pending } })
  })
  app.post('/sim/config', async (c) => {
    const body = ConfigBody.safeParse(await jsonOf(c))
    if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400)
    return c.json(simulation.configure(body.data))
  })
  app.post('/sim/reset', (c) => {
    simulation.reset()
    return c.json({})
  })
  return app
}

function checkoutRoutes(app: Hono, simulation: PaymentSimulation): void {
  const page = (c: Context, payment: Payment | null) => {
    if (!payment) return c.text('There is no such payment.\n', 404)
    const { text } = checkoutPage(payment, shownAmount(payment.amount_minor, payment.currency))
    return c.body(text, 200, CHECKOUT_HEADERS)
  }
  app.get('/checkout/:ref', (c) => page(c, simulation.books.find(c.req.param('ref'))))
  for (const [word, state] of [
    ['pay', 'succeeded'],
    ['decline', 'declined'],
  ] as const) {
    app.post(`/checkout/:ref/${word}`, (c) => {
      const payment = simulation.books.find(c.req.param('ref'))
      if (payment) simulation.books.decide(payment.ref, state)
      return payment?.return_url ? c.redirect(payment.return_url, 303) : page(c, payment)
    })
  }
}

/** A payment as the client reads it. */
function shown(simulation: PaymentSimulation, payment: Payment, baseUrl: string) {
  return {
    ref: payment.ref,
    order_id: payment.order_id,
    state: payment.state,
    amount_minor: String(payment.amount_minor),
    refunded_minor: String(payment.refunded_minor),
    currency: payment.currency,
    redirect_url: simulation.isByShopper(payment) ? new URL(`/checkout/${payment.ref}`, baseUrl).href : null,
  }
}

function parseScenarioOf(text: string | undefined) {
  return text === undefined ? {} : parseScenario(text)
}

/** @returns undefined for what is not JSON */
async function jsonOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    return undefined
  }
}
