/**
 * The simulated payment provider beside a stack or a demo, where the environment names no real one: a process of its
 * own, whose payments wait for a click on its page and which loses nothing. Its books are in memory: after its end
 * nobody has paid for what was open.
 */
import type { ChildPlan } from './children.ts'
import type { Env } from './paths.ts'
import { freePort } from './ports.ts'
import type { ApiSecrets } from './secrets.ts'

export type Payments = { readonly url: string; readonly plan: ChildPlan }

/** @param shop URL of the api that is told of payments */
export async function simulatedPayments(
  env: Env,
  secrets: Pick<ApiSecrets, 'payment_secret'>,
  shop: string,
): Promise<Payments | null> {
  if (env['AISLE_PAYMENT_URL']) return null
  const port = await freePort()
  const webhooks = `${shop}/v1/webhooks/payments/sim`
  return {
    url: `http://127.0.0.1:${port}`,
    plan: {
      name: 'payments',
      command: ['sim/payments.ts', '--quiet', '--shopper', '--port', String(port), '--webhook-url', webhooks],
      env: { ...env, AISLE_PAYMENT_SECRETS: secrets.payment_secret },
    },
  }
}
