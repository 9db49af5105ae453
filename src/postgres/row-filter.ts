/** Chosen facets as conditions on rows: the degraded search keeps what a shopper has chosen. Pure. */

/** Values inside a filter are OR, filters among each other AND. Prices are minor units, both ends inclusive. */
export type RowFilter =
  | { readonly kind: 'brand' | 'availability'; readonly values: readonly string[] }
  | { readonly kind: 'attribute'; readonly key: string; readonly values: readonly string[] }
  | {
      readonly kind: 'price'
      readonly ranges: readonly { readonly min: number | null; readonly max: number | null }[]
    }
  /** Items in or below one of these. */
  | { readonly kind: 'category'; readonly ids: readonly string[] }

export type Conditions = { readonly sql: string; readonly parameters: readonly unknown[] }

/**
 * Conditions on `items i`, each begun with `and`; empty without filters.
 * @param firstParameter number of the first free parameter
 */
export function conditionsOf(filters: readonly RowFilter[], firstParameter: number): Conditions {
  const parameters: unknown[] = []
  const parameter = (value: unknown, type: string): string => {
    parameters.push(value)
    return `$${firstParameter + parameters.length - 1}::${type}`
  }
  const sql = filters.map((filter) => `\n       and ${conditionOf(filter, parameter)}`).join('')
  return { sql, parameters }
}

function conditionOf(filter: RowFilter, parameter: (value: unknown, type: string) => string): string {
  switch (filter.kind) {
    case 'brand':
      return `i.brand = any(${parameter(filter.values, 'text[]')})`
    case 'availability':
      return `coalesce((select availability from item_availability where item_id = i.item_id), 'out_of_stock') = any(${parameter(filter.values, 'text[]')})`
    case 'attribute': {
      const key = parameter(filter.key, 'text')
      const values = parameter(filter.values, 'text[]')
      // A list holds one of the values; anything else is one of them as text.
      return `(i.attrs ->> ${key} = any(${values}) or (jsonb_typeof(i.attrs -> ${key}) = 'array' and i.attrs -> ${key} ?| ${values}))`
    }
    case 'price': {
      const ranges = filter.ranges.map(({ min, max }) => {
        const low = parameter(min, 'bigint')
        const high = parameter(max, 'bigint')
        return `((${low} is null or i.price_minor >= ${low}) and (${high} is null or i.price_minor <= ${high}))`
      })
      return `i.price_minor is not null and (${ranges.join(' or ')})`
    }
    case 'category':
      return `i.category_id in (select category_id from categories where path_ids && ${parameter(filter.ids, 'bigint[]')})`
    default:
      throw new Error(`filter not handled: ${JSON.stringify(filter satisfies never)}`)
  }
}
