/** Fields of the configuration that identity and ordering need; part of `FIELDS` in config.ts, which says their form. */
import { z } from 'zod'
import { integer, list, url } from './config-forms.ts'

export const ORDER_FIELDS = {
  AISLE_AUTH_KEY: {
    schema: list.pipe(z.array(z.string().min(32, 'at least 32 characters')).min(1, 'at least one text')),
    about:
      'Signs access tokens; the same in every api process. A second text, after a comma, is still trusted while it is replaced',
    example: 'another-long-random-text-of-32-characters-or-more',
    secret: true,
    apiOnly: true,
  },
  AISLE_PUBLIC_URL: {
    schema: z.union([z.literal(''), url('http:', 'https:')]),
    about:
      'Where browsers find the shop: names of cookies, origin of forms. Without it http on the host of the request, for trying out',
    example: 'https://shop.example.com',
    fallback: '',
  },
  AISLE_GATE_URLS: {
    schema: list.pipe(z.array(url('redis:', 'rediss:'))),
    about:
      'Nodes of a Redis Cluster for counting stock, from which the others are found; without it REDIS_URL counts',
    example: 'redis://gate-1:6379,redis://gate-2:6379',
    secret: true,
    fallback: '',
  },
  AISLE_GATE_TIMEOUT_MS: {
    schema: integer(5, 5_000),
    about: 'Longest time for counting a cart in Redis, ms; after it Postgres decides alone',
    example: '50',
    fallback: '50',
  },
  AISLE_PAYMENT_URL: {
    schema: z.union([z.literal(''), url('http:', 'https:')]).transform((text) => text.replace(/\/$/, '')),
    about: 'Payment provider; without it nothing can be paid for',
    example: 'https://payments.example.com',
    fallback: '',
  },
  AISLE_PAYMENT_SECRETS: {
    schema: list,
    about:
      'Sign the webhooks of the payment provider. A second text, after a comma, is for replacing the first',
    example: 'a-text-that-only-the-provider-knows',
    secret: true,
    fallback: '',
  },
  AISLE_PAYMENT_TIMEOUT_MS: {
    schema: integer(100, 60_000),
    about: 'Longest time for one try of a call of the provider, ms. There are three; a shopper waits for two',
    example: '5000',
    fallback: '5000',
  },
  AISLE_PAYMENT_DEADLINE_S: {
    schema: integer(1, 86_400),
    about: 'From a pay call until its hold closes unpaid, s',
    example: '600',
    fallback: '600',
  },
  AISLE_PAYMENT_ASK_S: {
    schema: integer(1, 3_600),
    about: 'Until the provider is asked how a payment stands when it tells nothing, s',
    example: '30',
    fallback: '30',
  },
} as const

/** Where stock is counted. */
export function gateServers(config: {
  readonly REDIS_URL: string
  readonly AISLE_GATE_URLS: readonly string[]
}) {
  const isCluster = config.AISLE_GATE_URLS.length > 0
  return { urls: isCluster ? config.AISLE_GATE_URLS : [config.REDIS_URL], isCluster }
}

/** Of the three tries of a call: a shopper waits for two of them, 10 s, less than a proxy does. */
const PATIENT_TRIES = 2

/** What the order path takes of them. */
export function paymentSettings(config: {
  readonly AISLE_PAYMENT_URL: string
  readonly AISLE_PAYMENT_SECRETS: readonly string[]
  readonly AISLE_PAYMENT_TIMEOUT_MS: number
  readonly AISLE_PAYMENT_DEADLINE_S: number
  readonly AISLE_PAYMENT_ASK_S: number
}) {
  return {
    url: config.AISLE_PAYMENT_URL,
    secrets: config.AISLE_PAYMENT_SECRETS,
    timeout_ms: config.AISLE_PAYMENT_TIMEOUT_MS,
    deadline_s: config.AISLE_PAYMENT_DEADLINE_S,
    ask_after_s: config.AISLE_PAYMENT_ASK_S,
    patience_ms: PATIENT_TRIES * config.AISLE_PAYMENT_TIMEOUT_MS,
  }
}
