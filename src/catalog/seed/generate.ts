/**
 * The items of the synthetic shop, for machines without data. Pure: one seed gives the same items everywhere,
 * and a smaller shop is the beginning of a larger one. A model is made first, with all that its variants share;
 * then come its variants, which differ in one attribute such as colour or size.
 */
import { checkDigit } from '../gtin.ts'
import type { ImportItem } from '../import/item.ts'
import type { Attributes, Availability } from '../item.ts'
import { DEPARTMENTS } from './departments/all.ts'
import { describe } from './descriptions.ts'
import type { Model } from './model.ts'
import { believablePrice } from './prices.ts'
import { type Random, randomOf } from './random.ts'
import { type LeafText, listOf, valuesOf } from './shop.ts'

/** The newest item is from this day; items are up to three years older. */
const NEWEST = Date.UTC(2026, 0, 1)
const DAYS = 3 * 365
const DAY_MS = 86_400_000

const VARIANTS_MAX = 4
/** Bare minimum of a catalogue that looks kept by people: some attributes are missing. */
const ATTRIBUTE_SHARE = 0.93
/** Price on request. */
const NO_PRICE_SHARE = 0.004

/** Attributes of which a product has several values. */
const LISTS = new Set(['connections'])

/** The first `count` items of the shop of a seed. */
export function* generateItems(count: number, seed: number): Generator<ImportItem> {
  let made = 0
  for (let number = 0; made < count; number++) {
    const random = randomOf(seed, number)
    const model = makeModel(number, random)
    for (const item of variantsOf(model, random)) {
      if (made === count) return
      made += 1
      yield item
    }
  }
}

const LEAVES = DEPARTMENTS.flatMap((department) =>
  department.groups.flatMap((group) => group.leaves.map((leaf) => ({ department, group: group.name, leaf }))),
)

function makeModel(number: number, random: Random): Model {
  const { department, group, leaf } = random.pick(LEAVES)
  const brands = listOf(department.brands)
  const brandAt = random.integer(0, brands.length - 1)
  const brand = brands[brandAt] ?? ''
  const line = random.pick(listOf(department.lines))
  const [low, high] = leaf.price
  // Most models are cheap, few are dear; a brand is dear or cheap as a whole.
  const level = random.unit() ** 1.6 * 0.8 + (brandAt / brands.length) * 0.2
  return {
    number,
    department,
    group,
    leaf,
    brand,
    line,
    code: modelCode(brand, line, number, brandAt),
    attrs: makeAttributes(leaf, random),
    features: random.pickSome(listOf(leaf.features), 3),
    price: low * (high / low) ** level,
    popularity: random.unit(),
  }
}

/** Each brand has its own way of numbering models. Numbers meet again only after 9,000 models. */
function modelCode(brand: string, line: string, number: number, brandAt: number): string {
  const letters = `${brand.normalize('NFKD').charAt(0)}${line.charAt(0)}`.toUpperCase()
  const digits = 1000 + ((number * 2657) % 9000)
  const forms = [
    `${letters}-${digits}`,
    `${letters}${digits}`,
    `${letters.charAt(0)}${digits}${letters.charAt(1)}`,
  ]
  return forms[brandAt % forms.length] ?? ''
}

function makeAttributes(leaf: LeafText, random: Random): Attributes {
  const attrs: Record<string, string | readonly string[]> = {}
  for (const [key, text] of Object.entries(leaf.attrs)) {
    const values = valuesOf(text)
    const value = LISTS.has(key) ? random.pickSome(values, random.integer(1, 2)) : random.pick(values)
    const isKept = random.chance(ATTRIBUTE_SHARE) || key === leaf.varies || leaf.named?.includes(key)
    if (isKept) attrs[key] = value
  }
  return attrs
}

function* variantsOf(model: Model, random: Random): Generator<ImportItem> {
  const values = valuesOf(model.leaf.attrs[model.leaf.varies] ?? '')
  const chosen = random.pickSome(values, Math.min(values.length, random.integer(1, VARIANTS_MAX)))
  const createdAt = NEWEST - Math.floor(random.unit() * DAYS * 1440) * 60_000
  for (const [i, value] of chosen.entries()) {
    const attrs = { ...model.attrs, [model.leaf.varies]: value }
    // A larger size costs more; another colour does not.
    const grows = model.leaf.varies === 'color' ? 0 : values.indexOf(value) / values.length
    const price = believablePrice(model.price * (1 + 0.6 * grows), random)
    const code = `${model.code}/${i + 1}`
    yield {
      sku: `${model.department.code}-${10_000 + model.number}-${i + 1}`,
      name: nameOf(model, attrs),
      brand: model.brand,
      model: `${model.line} ${model.code}`,
      description: describe(model, attrs, random),
      category: [model.department.name, model.group, model.leaf.name],
      price_minor: random.chance(NO_PRICE_SHARE) ? null : price,
      attrs,
      gtin: [gtinOf(model.number, i)],
      codes: [model.code, code],
      image_url: null,
      status: 'active',
      created_at: new Date(createdAt + i * DAY_MS * random.integer(0, 2)).toISOString(),
      availability: availability(random),
      popularity: popularityOf(model.popularity, i),
    }
  }
}

function nameOf(model: Model, attrs: Attributes): string {
  const keys = [...new Set([...(model.leaf.named ?? []), model.leaf.varies])]
  const values = keys.map((key) => String(attrs[key]))
  return [`${model.brand} ${model.line} ${model.code} ${model.leaf.noun}`, ...values].join(', ')
}

/** From the range 20 to 29, which GS1 leaves to shops: no real product has such a number. */
function gtinOf(model: number, variant: number): string {
  const digits = `2${String(model * 10 + variant).padStart(11, '0')}`
  return `${digits}${checkDigit(digits)}`
}

function availability(random: Random): Availability {
  const draw = random.unit()
  if (draw < 0.88) return 'in_stock'
  return draw < 0.95 ? 'low' : 'out_of_stock'
}

/** A power law of the model's rank (0 the best, 1 the last); later variants sell less. */
function popularityOf(rank: number, variant: number): number {
  return Number(((1 + 2_000 * rank) ** -0.7 / (1 + 0.5 * variant)).toFixed(4))
}
