import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CreatePayment, PaymentProvider } from '../src/orders/provider.ts'
import { collectWebhooks, startProvider, type TestProvider } from '../test/support/payment-provider.ts'
import { ROOT } from '../test/support/sources.ts'
import { waitFor } from '../test/support/wait-for.ts'

const ENTRY = join(ROOT, 'sim/payments.ts')
const payment = (key: string, more: Partial<CreatePayment> = {}): CreatePayment => ({
  key,
  orderId: key.split(':')[0] ?? key,
  amountMinor: 9_980n,
  currency: 'EUR',
  expiresInS: 600,
  ...more,
})
async function refOf(
  client: PaymentProvider,
  key: string,
  more: Partial<CreatePayment> = {},
): Promise<string> {
  const created = await client.create(payment(key, more))
  if (created.outcome !== 'created') throw new Error(`expected a payment, got ${JSON.stringify(created)}`)
  return created.ref
}
const stateOf = async (client: PaymentProvider, ref: string) => {
  const found = await client.get(ref)
  return found.outcome === 'found' ? found.state : found.outcome
}

let provider: TestProvider
beforeAll(async () => {
  provider = await startProvider()
})
beforeEach(() => provider.reset())

describe('simulated payment provider', () => {
  test('a key is one payment, with one amount, however often it is sent', async () => {
    const client = provider.client()
    const refs = await Promise.all(Array.from({ length: 20 }, () => refOf(client, 'o1:1')))
    expect(new Set(refs).size).toBe(1)
    expect(await client.create(payment('o1:1', { amountMinor: 1n }))).toEqual({
      outcome: 'refused',
      status: 422,
    })
    expect((await provider.books()).totals).toEqual({ EUR: { paid_minor: '9980', refunded_minor: '0' } })
    expect(await client.get('pay_of_nobody')).toEqual({ outcome: 'missing' })
    const huge = 9_007_199_254_740_993n // not a double
    expect(await client.get(await refOf(client, 'o2:1', { amountMinor: huge }))).toMatchObject({
      amountMinor: huge,
    })
  })

  test('a call whose answer is lost after the effect is unknown, and has happened once', async () => {
    await provider.configure({ error_after_ratio: 1 })
    expect(await provider.client().create(payment('o1:1'))).toEqual({ outcome: 'unknown' })
    await provider.configure({ error_after_ratio: 0, timeout_after_ratio: 1 })
    const impatient = provider.client({ timeoutMs: 50 })
    expect(await impatient.create(payment('o2:1'))).toEqual({ outcome: 'unknown' })
    await provider.configure({ timeout_after_ratio: 0 })
    expect((await provider.books()).payments.map(({ key }) => key)).toEqual(['o1:1', 'o2:1'])
    expect(await provider.client().create(payment('o2:1'))).toMatchObject({ state: 'succeeded' })
    expect((await provider.books()).payments.length).toBe(2)
  })

  test('three tries get through where half of the answers are lost', async () => {
    await provider.configure({ error_after_ratio: 0.5 })
    const calls: string[] = []
    const client = provider.client({ onCall: (call, outcome) => calls.push(`${call} ${outcome}`) })
    await Promise.all(Array.from({ length: 60 }, (_, at) => client.create(payment(`o${at}:1`))))
    expect(calls.filter((call) => call === 'create created').length).toBeGreaterThan(40)
    expect((await provider.books()).payments.length).toBe(60)
  })

  test('a provider that is gone makes every call unknown', async () => {
    const leaving = await startProvider()
    const client = leaving.client()
    const ref = await refOf(client, 'o1:1')
    expect(await leaving.stop()).toBe(0)
    expect(await client.create(payment('o2:1'))).toEqual({ outcome: 'unknown' })
    expect(await client.get(ref)).toEqual({ outcome: 'unknown' })
    expect(await client.cancel(ref, 'c1')).toBe('unknown')
    expect(await client.refund({ key: 'r1', ref, amountMinor: 1n })).toBe('unknown')
  })

  test('a cancel wins, comes too late, or is overtaken by money afterwards', async () => {
    const client = provider.client()
    const won = await refOf(client, 'o1:1', { scenario: 'shopper' })
    expect([await client.cancel(won, 'c1'), await client.cancel(won, 'c1')]).toEqual([
      'cancelled',
      'cancelled',
    ])
    const overtaken = await refOf(client, 'o2:1', { scenario: 'paid_after_cancel' })
    expect(await client.cancel(overtaken, 'c2')).toBe('cancelled')
    await waitFor('the money comes', async () => (await stateOf(client, overtaken)) === 'succeeded')
    await provider.configure({ cancel_race_ratio: 1 })
    const late = await refOf(client, 'o3:1', { scenario: 'shopper' })
    expect(await client.cancel(late, 'c3')).toBe('succeeded')
    expect(await stateOf(client, won)).toBe('cancelled')
  })

  test('a payment that nobody pays in time is cancelled', async () => {
    const client = provider.client()
    const ref = await refOf(client, 'o1:1', { scenario: 'shopper', expiresInS: 0.05 })
    await waitFor('it ran out of time', async () => (await stateOf(client, ref)) === 'cancelled')
  })

  test('refunds never give back more than was paid, and a key is one refund', async () => {
    const client = provider.client()
    const ref = await refOf(client, 'o1:1')
    const refund = (key: string, amountMinor: bigint) => client.refund({ key, ref, amountMinor })
    expect(await Promise.all([refund('r1', 9_000n), refund('r1', 9_000n)])).toEqual(['done', 'done'])
    expect(await refund('r2', 981n)).toBe('failed')
    expect(await refund('r1', 1n)).toBe('failed')
    expect(await refund('r3', 980n)).toBe('done')
    const declined = await refOf(client, 'o2:1', { scenario: 'decline' })
    expect(await client.refund({ key: 'r4', ref: declined, amountMinor: 1n })).toBe('failed')
    expect((await provider.books()).totals).toEqual({ EUR: { paid_minor: '9980', refunded_minor: '9980' } })
  })

  test('a shopper pays or declines on the page and comes back to the shop', async () => {
    await provider.configure({ mode: 'shopper' })
    const client = provider.client()
    const created = await client.create(payment('o1:1', { returnUrl: 'http://shop.test/orders/1?a=1&b=2' }))
    if (created.outcome !== 'created' || created.redirectUrl === null) throw new Error('expected a redirect')
    const page = await (await fetch(created.redirectUrl)).text()
    expect(page).toContain('Pay 99.80 EUR')
    expect(page).toContain('href="http://shop.test/orders/1?a=1&amp;b=2"')
    const paid = await fetch(`${created.redirectUrl}/pay`, { method: 'POST', redirect: 'manual' })
    expect([paid.status, paid.headers.get('location')]).toEqual([303, 'http://shop.test/orders/1?a=1&b=2'])
    await fetch(`${created.redirectUrl}/decline`, { method: 'POST', redirect: 'manual' })
    expect(await stateOf(client, created.ref)).toBe('succeeded')
  })

  test('one of two seeds declines other payments than the other', async () => {
    const declined = async (seed: number) => {
      await provider.configure({ seed, decline_ratio: 0.5 })
      const client = provider.client()
      const keys = Array.from({ length: 30 }, (_, at) => `s${seed}-o${at}:1`)
      await Promise.all(keys.map((key) => client.create(payment(key))))
      return (await provider.books()).payments
        .filter(({ key, state }) => key.startsWith(`s${seed}-`) && state === 'declined')
        .map(({ key }) => key.slice(`s${seed}-`.length))
        .toSorted()
    }
    const [one, two] = [await declined(1), await declined(2)]
    expect(one.length).toBeGreaterThan(3)
    expect(one).not.toEqual(two)
  })

  test('its help and a wrong option end it with what the help says', () => {
    const help = execFileSync(process.execPath, [ENTRY, '--help'], { encoding: 'utf8' })
    expect(help).toContain('--webhook-url URL')
    expect(spawnSync(process.execPath, [ENTRY, '--port', 'x']).status).toBe(2)
  })

  test('a stop does not wait for an answer that never comes', async () => {
    const leaving = await startProvider()
    await leaving.configure({ timeout_after_ratio: 1 })
    const hanging = leaving.client({ tries: 1, timeoutMs: 20_000 }).create(payment('o1:1'))
    await waitFor('it has the payment', async () => (await leaving.books()).payments.length === 1)
    expect(await leaving.stop()).toBe(0)
    expect(await hanging).toEqual({ outcome: 'unknown' })
  })
})

describe('webhooks of the simulated provider', () => {
  const eventsOf = async () => {
    const shop = await collectWebhooks()
    await provider.configure({ webhook_url: shop.url })
    const client = provider.client()
    return {
      client,
      shop,
      /** Types in the order they came; every message is checked. */
      events: () =>
        shop.received.map(({ raw, signature }) => {
          const checked = client.verifyWebhook(raw, signature, Math.floor(Date.now() / 1_000))
          if (checked.outcome !== 'event') throw new Error(checked.outcome)
          return checked.event
        }),
    }
  }

  test('each happening is told by a signed message, and copies carry the same id', async () => {
    const { client, events, shop } = await eventsOf()
    const ref = await refOf(client, 'o1:1', { scenario: 'dup:3' })
    await waitFor('two happenings in three copies came', () => events().length === 6)
    expect(events().every((event) => event.ref === ref)).toBe(true)
    expect(new Set(events().map((event) => event.type))).toEqual(
      new Set(['payment.created', 'payment.succeeded']),
    )
    expect(new Set(events().map((event) => event.id)).size).toBe(2)
    const [first] = shop.received
    const forged = Buffer.from(String(first?.raw).replace('created', 'succeeded'))
    expect(client.verifyWebhook(forged, first?.signature ?? null, Date.now() / 1_000)).toEqual({
      outcome: 'bad_signature',
    })
  })

  test('a lost webhook is counted and never sent', async () => {
    const { client, events } = await eventsOf()
    await refOf(client, 'o1:1', { scenario: 'lost' })
    const told = await refOf(client, 'o2:1')
    await waitFor('the others came', () => events().length === 2)
    expect(events().every((event) => event.ref === told)).toBe(true)
    expect((await provider.books()).webhooks).toMatchObject({ lost: 2, sent: 2 })
  })

  test('messages held back come after later ones', async () => {
    await provider.configure({ webhook_reordered_ratio: 0.5 })
    const { client, events } = await eventsOf()
    const refs = await Promise.all(Array.from({ length: 12 }, (_, at) => refOf(client, `o${at}:1`)))
    await waitFor('all came', () => events().length === 24)
    const types = (ref: string) =>
      events()
        .filter((event) => event.ref === ref)
        .map((event) => event.type)
    expect(refs.some((ref) => types(ref)[0] === 'payment.succeeded')).toBe(true)
  })

  test('a shop that refuses a webhook is not told again', async () => {
    await provider.configure({ webhook_url: 'http://127.0.0.1:9/nobody' })
    await refOf(provider.client(), 'o1:1')
    await waitFor('both failed', async () => (await provider.books()).webhooks.failed === 2)
  })
})
