/** Popular products of a whole shop without one category taking all the places. */
import type { Hit } from '../../src/catalog/answers.ts'

/**
 * The first hits in their order, of one category at most so many; the places that are left go to the next ones.
 * @param size hits wanted, >= 0
 */
export function spread(hits: readonly Hit[], size: number, ofOneCategory: number): Hit[] {
  const seen = new Map<string, number>()
  const isEarly = hits.map(({ category }) => {
    const count = (seen.get(category.category_id) ?? 0) + 1
    seen.set(category.category_id, count)
    return count <= ofOneCategory
  })
  const early = hits.filter((_, i) => isEarly[i])
  const late = hits.filter((_, i) => !isEarly[i])
  return [...early, ...late].slice(0, size)
}
