/** Fields of the configuration about administration; part of `FIELDS` in config.ts, which says their form. */
import { z } from 'zod'
import { integer } from './config-forms.ts'

export const ADMIN_FIELDS = {
  AISLE_ADMIN_HOST: {
    schema: z.string().min(1),
    about: 'Address of the listener for administration; the shop does not know its routes',
    example: '127.0.0.1',
    fallback: '127.0.0.1',
  },
  AISLE_ADMIN_PORT: {
    schema: integer(0, 65_535),
    about: 'Port of the listener for administration; 0 takes a free one',
    example: '8081',
    fallback: '8081',
  },
  AISLE_ADMIN_PUBLIC: {
    schema: z.enum(['0', '1']).transform((text) => text === '1'),
    about: '1 lets AISLE_ADMIN_HOST be reached from other machines',
    example: '1',
    fallback: '0',
  },
} as const

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** Whether administration could be reached from elsewhere although nobody has said that it may. */
export function isAdminExposed(config: {
  readonly AISLE_ADMIN_HOST: string
  readonly AISLE_ADMIN_PUBLIC: boolean
}): boolean {
  return !config.AISLE_ADMIN_PUBLIC && !LOOPBACK.test(config.AISLE_ADMIN_HOST)
}
