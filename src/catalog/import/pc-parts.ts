/**
 * The PC part dataset as JSON lines (search design, section 3). A name alone says too little ("Vengeance LPX"),
 * so the words of the category follow it; three of four products have no price.
 */
import { codesAmong } from './codes.ts'
import type { Candidate, FieldMapping, FileRecord } from './item.ts'

const CODES_MAX = 4

/** Words of category keys that are abbreviations. */
const ABBREVIATIONS = new Set(['cpu', 'os', 'ups'])

/** How a pair of numbers reads. Other pairs are ranges. */
const PAIRS: Readonly<Record<string, (first: number, second: number) => string>> = {
  modules: (count, size) => `${count} x ${size} GB`,
  speed: (generation, mhz) => `DDR${generation}-${mhz}`,
  resolution: (width, height) => `${width} x ${height}`,
}

export const PC_PARTS: FieldMapping = {
  name: 'pc-parts',
  currency: 'USD',
  uses: new Set(['key', 'name', 'category', 'price', 'rank_in_source', 'attributes']),
  toCandidate(record: FileRecord): Candidate {
    const name = record['name']
    const path = Array.isArray(record['category']) ? record['category'] : []
    const leaf = path.at(-1)
    const isNamed = typeof name === 'string'
    return {
      sku: record['key'],
      name: isNamed && typeof leaf === 'string' ? `${name} ${categoryWords(leaf)}` : name,
      model: name,
      brand: isNamed ? name.trim().split(/\s+/)[0] : null,
      category: path.map((part) => (typeof part === 'string' ? capitalised(categoryWords(part)) : part)),
      price_minor: typeof record['price'] === 'number' ? Math.round(record['price'] * 100) : record['price'],
      codes: isNamed ? codesAmong(name.split(/\s+/)).slice(0, CODES_MAX) : [],
      attrs: readableAttributes(record['attributes']),
      popularity: popularityOfRank(record['rank_in_source']),
    }
  },
}

/**
 * Popularity of a rank inside its category: sales fall with about the square root of the rank, and the size of
 * the category is not known while the file is read.
 * @returns 1 for the first, 0.1 for the hundredth; undefined for anything but a rank
 */
function popularityOfRank(rank: unknown): number | undefined {
  return typeof rank === 'number' && rank >= 1 ? Number((1 / Math.sqrt(rank)).toFixed(4)) : undefined
}

/** `video-card` becomes "video card", `cpu-cooler` "CPU cooler". "Accessories / Other" stays as it is. */
function categoryWords(key: string): string {
  if (/[A-Z ]/.test(key)) return key
  return key
    .split('-')
    .map((word) => (ABBREVIATIONS.has(word) ? word.toUpperCase() : word))
    .join(' ')
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function readableAttributes(attributes: unknown): unknown {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return attributes
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, readable(key, value)]))
}

function readable(key: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const [first, second] = value
  if (value.length !== 2 || typeof first !== 'number' || typeof second !== 'number') return value
  return PAIRS[key]?.(first, second) ?? `${first} - ${second}`
}
