/**
 * The lines of a form: three fields for each of them, `sku`, `qty` and `price` (what the page showed for one unit, empty for
 * what can be had at any price), in the same order. Pure.
 */
import { z } from '@hono/zod-openapi'
import { QTY_MAX } from '../orders/hold-call.ts'
import { LINES_MAX } from '../orders/lines.ts'
import { Sku } from './hold-schemas.ts'
import { problemOfIssues } from './problem-reply.ts'

export type FormLine = { readonly sku: string; readonly qty: number; readonly price: number | null }

const digits = (max: number) =>
  z
    .string()
    .regex(/^\s*\d{1,15}\s*$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().max(max))

const Lines = z
  .array(
    z.object({
      sku: Sku,
      qty: digits(QTY_MAX),
      price: z.union([z.literal('').transform(() => null), digits(Number.MAX_SAFE_INTEGER)]),
    }),
  )
  .max(LINES_MAX)

/**
 * @returns the lines with how many units the customer wishes; 0: none
 * @throws Problem bad-request
 */
export function formLines(fields: URLSearchParams): FormLine[] {
  const quantities = fields.getAll('qty')
  const prices = fields.getAll('price')
  const parsed = Lines.safeParse(
    fields.getAll('sku').map((sku, at) => ({ sku, qty: quantities[at] ?? '', price: prices[at] ?? '' })),
  )
  if (!parsed.success) throw problemOfIssues(parsed.error.issues, [])
  return afterButton(parsed.data, fields)
}

/** The quantities after the button that sent the form: one more or one less of the sku in its value. */
function afterButton(lines: readonly FormLine[], fields: URLSearchParams): FormLine[] {
  const isFor = (button: string, { sku }: FormLine) => fields.get(button) === sku
  return lines.map((line) => {
    if (isFor('more', line)) return { ...line, qty: Math.min(QTY_MAX, line.qty + 1) }
    return isFor('less', line) ? { ...line, qty: Math.max(1, line.qty - 1) } : line
  })
}
