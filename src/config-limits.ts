/** Fields of the configuration that bound answers and what one client may ask; part of `FIELDS` in config.ts, which says their form. */
import { integer, networks } from './config-forms.ts'

export const LIMIT_FIELDS = {
  AISLE_SEARCH_DEADLINE_MS: {
    schema: integer(50, 60_000),
    about: 'Longest time for search, browse and facets, ms',
    example: '1000',
    fallback: '1000',
  },
  AISLE_SUGGEST_DEADLINE_MS: {
    schema: integer(20, 60_000),
    about: 'Longest time for suggest, ms',
    example: '300',
    fallback: '300',
  },
  AISLE_ITEM_DEADLINE_MS: {
    schema: integer(50, 60_000),
    about: 'Longest time for an item, ms',
    example: '500',
    fallback: '500',
  },
  AISLE_SUGGEST_RATE: {
    schema: integer(1, 1_000_000),
    about: 'Suggest requests a second that one client may make beyond those answered from memory',
    example: '20',
    fallback: '20',
  },
  AISLE_SEARCH_RATE: {
    schema: integer(1, 1_000_000),
    about: 'The same for search, browse, facets and pages',
    example: '10',
    fallback: '10',
  },
  AISLE_ITEM_RATE: {
    schema: integer(1, 1_000_000),
    about: 'The same for items',
    example: '20',
    fallback: '20',
  },
  AISLE_HOLD_RATE: {
    schema: integer(1, 1_000_000),
    about: 'Holds that one customer may ask for in 10 s',
    example: '10',
    fallback: '10',
  },
  AISLE_HOLD_ADDRESS_RATE: {
    schema: integer(1, 1_000_000),
    about: 'The same for all customers of one address',
    example: '60',
    fallback: '60',
  },
  AISLE_ORDER_RATE: {
    schema: integer(1, 1_000_000),
    about:
      'Calls in 10 s with which one customer may pay for, extend or give back holds, cancel or send back orders',
    example: '20',
    fallback: '20',
  },
  AISLE_ORDER_ADDRESS_RATE: {
    schema: integer(1, 1_000_000),
    about: 'The same for all customers of one address',
    example: '120',
    fallback: '120',
  },
  AISLE_GUEST_RATE: {
    schema: integer(1, 1_000_000),
    about: 'New guests of one address in a minute',
    example: '10',
    fallback: '10',
  },
  AISLE_STREAM_RATE: {
    schema: integer(1, 1_000_000),
    about: 'Event streams that one address may open in 10 s',
    example: '60',
    fallback: '60',
  },
  AISLE_TRUSTED_PROXIES: {
    schema: networks,
    about:
      'Whose X-Forwarded-For names the client; what they ask without one is not limited. Everybody else is the client',
    example: '10.0.0.0/8,192.0.2.7',
    fallback: '127.0.0.0/8,::1',
  },
} as const
