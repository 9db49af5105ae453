/** Slugs of category names: what URLs carry. Unique under one parent. */

/** Room for a suffix below the limit of 100 in Postgres. */
const SLUG_MAX = 90

/** A name without any Latin letter or digit still needs a URL. */
const NAMELESS = 'category'

/**
 * Slug of a name, before it is made unique.
 * @returns lower-case words of a-z and 0-9 joined by `-`, 1..90 characters
 */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, SLUG_MAX)
    .replace(/-$/, '')
  return slug === '' ? NAMELESS : slug
}

/**
 * The first free slug of a name under one parent: `cables`, `cables-2`, `cables-3`.
 * @param taken slugs of the other children
 */
export function freeSlug(name: string, taken: ReadonlySet<string>): string {
  const slug = slugOf(name)
  if (!taken.has(slug)) return slug
  let suffix = 2
  while (taken.has(`${slug}-${suffix}`)) suffix += 1
  return `${slug}-${suffix}`
}
