/** One answer of each route, as the document shows it. Held to the types of the catalogue. */
import type {
  CategoriesAnswer,
  CategoryAnswer,
  CategoryRef,
  FacetAnswer,
  ItemAnswer,
  SearchAnswer,
  SuggestAnswer,
} from '../catalog/answers.ts'

const STORAGE: CategoryRef = { category_id: '12', name: 'Storage', path: 'storage', names: ['Storage'] }
const DRIVES: CategoryRef = {
  category_id: '40',
  name: 'Hard Drives',
  path: 'storage/hard-drives',
  names: ['Storage', 'Hard Drives'],
}
const DRIVE = {
  item_id: '4711',
  sku: 'WD10EZEX',
  name: 'Western Digital Blue hard drive 1 TB',
  brand: 'Western Digital',
  category: DRIVES,
  price: 4_990,
  currency: 'EUR',
  availability: 'in_stock',
  image: 'https://img.example.com/4711.jpg',
} as const
const BRANDS = {
  name: 'brand',
  label: 'Brand',
  kind: 'terms',
  values: [
    { value: 'Seagate', label: 'Seagate', count: 41, selected: false },
    { value: 'Western Digital', label: 'Western Digital', count: 38, selected: true },
  ],
} as const
const MADE = { degraded: [], index_generation: 'shop-items-v000001', took_ms: 6 }

export const SEARCH_EXAMPLE: SearchAnswer = {
  total: { value: 38, relation: 'eq' },
  hits: [{ ...DRIVE, highlight: 'Western Digital Blue <mark>hard</mark> <mark>drive</mark> 1 TB' }],
  facets: [BRANDS],
  cursor: 'c2lnbmVkLXBvc2l0aW9u',
  step: 'corrected',
  query_asked: 'hard drvie',
  query_used: 'hard drive',
  did_you_mean: null,
  zero_result: false,
  truncated: false,
  partial: false,
  search_id: '01931b66-27a4-7c1e-9a5e-0a1b2c3d4e5f',
  ...MADE,
}

export const SUGGEST_EXAMPLE: SuggestAnswer = {
  suggestions: [
    { kind: 'query', text: 'hard drive', scope: DRIVES, ref: null },
    { kind: 'category', text: 'Hard Drives', scope: null, ref: 'storage/hard-drives' },
  ],
  ...MADE,
  index_generation: 'shop-suggestions-v000007',
}

export const CATEGORIES_EXAMPLE: CategoriesAnswer = {
  categories: [{ ...STORAGE, parent_path: null, items: 682, children: [DRIVES] }],
  degraded: [],
  took_ms: 3,
}

export const CATEGORY_EXAMPLE: CategoryAnswer = {
  category: { ...DRIVES, parent_path: 'storage', items: 212, children: [] },
  ancestors: [STORAGE],
  facets: [{ name: 'brand', label: 'Brand' }],
  degraded: [],
  took_ms: 3,
}

export const FACET_EXAMPLE: FacetAnswer = { facet: BRANDS, ...MADE }

export const ITEM_EXAMPLE: ItemAnswer = {
  ...DRIVE,
  model: 'WD10EZEX',
  description: 'A desktop drive for everyday work.',
  attrs: { capacity_gb: 1_000, interface: ['SATA'], external: false },
  gtin: ['0718037779911'],
  codes: ['WD10EZEX'],
  created_at: '2025-01-02T03:04:05.000Z',
  updated_at: '2025-11-20T10:00:00.000Z',
  degraded: [],
  took_ms: 2,
}
