/** Fields of the configuration that identity and ordering need; part of `FIELDS` in config.ts, which says their form. */
import { z } from 'zod'
import { list, url } from './config-forms.ts'

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
} as const
