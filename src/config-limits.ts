/** Fields of the configuration that bound what one client may ask; part of `FIELDS` in config.ts, which says their form. */
import { integer, networks } from './config-forms.ts'

export const LIMIT_FIELDS = {
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
  AISLE_TRUSTED_PROXIES: {
    schema: networks,
    about:
      'Whose X-Forwarded-For names the client; what they ask without one is not limited. Everybody else is the client',
    example: '10.0.0.0/8,192.0.2.7',
    fallback: '127.0.0.0/8,::1',
  },
} as const
