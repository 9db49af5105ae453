/** Forms that a value of the configuration may have. */
import { z } from 'zod'

/** Texts between commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)
/** Inclusive bounds. */
export const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
/** @param protocols such as `redis:` */
export const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  })

/** An address or a network of addresses. */
const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
export const networks = list.refine((entries) => entries.every((entry) => network.safeParse(entry).success), {
  message: 'addresses or networks, separated by commas',
})
