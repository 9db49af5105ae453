import { afterAll, describe, expect, test } from 'vitest'
import { createPool } from '../postgres/pool.ts'
import { NO_FAULTS } from './fault-point.ts'
import { createPaymentClient } from './payment-client.ts'
import { PostgresClock } from './postgres-clock.ts'
import { signBody } from './signature.ts'
import { createTakeWebhook } from './take-webhook.ts'
import { OrderingUnavailable } from './unavailable.ts'

/** Nobody listens there: whatever is asked fails. */
const pool = createPool({
  url: 'postgres://nobody@127.0.0.1:9/nothing',
  applicationName: 'aisle-test',
  size: 1,
  statementTimeoutMs: 1_000,
})
afterAll(() => pool.end())

const SECRET = 'the-secret-of-a-test'
const NOW_S = 1_795_000_000
const BODY = Buffer.from('{"id":"e","type":"payment.succeeded","ref":"pay_1"}')

/** @param isTimeKnown whether Postgres has ever told the time */
function shop(isTimeKnown: boolean) {
  const time = new PostgresClock(() => 0)
  if (isTimeKnown) time.note(new Date(NOW_S * 1_000))
  return createTakeWebhook({
    ...{ pool, time, faults: NO_FAULTS, newId: () => '', onError: () => undefined },
    provider: createPaymentClient({
      ...{ url: 'http://127.0.0.1:9', secrets: [SECRET], random: () => 0, clock: () => 0 },
    }),
    times: { deadline_s: 1, ask_after_s: 1, patience_ms: 1 },
    metrics: { count: () => undefined },
  })
}
const message = (atSeconds: number, secret = SECRET) => ({
  ...{ provider: 'sim', raw: BODY, signature: signBody([secret], BODY, atSeconds) },
})

describe('a webhook', () => {
  test.each([
    ['of another secret', message(NOW_S, 'another secret')],
    ['of an older time', message(NOW_S - 301)],
    ['of a later time', message(NOW_S + 301)],
  ])('with a signature %s is refused and costs Postgres nothing', async (_, webhook) => {
    expect(await shop(true)(webhook)).toBe('bad_signature')
    expect(pool.totalCount).toBe(0)
  })

  test.each([
    ['known', true],
    ['not known', false],
  ])('that cannot be kept is not taken, whether the time is %s', async (_, isTimeKnown) => {
    await expect(shop(isTimeKnown)(message(NOW_S))).rejects.toThrow(OrderingUnavailable)
  })

  test('of a provider that the shop does not have is not looked at', async () => {
    expect(await shop(false)({ ...message(NOW_S), provider: 'other' })).toBe('unknown_provider')
    expect(await createTakeWebhook(null)(message(NOW_S))).toBe('unknown_provider')
  })
})
