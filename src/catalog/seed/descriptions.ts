/** Descriptions of synthetic items: three sentences made of what the item is, has and measures. */
import type { Attributes } from '../item.ts'
import { attributeLabel } from '../labels.ts'
import type { Model } from './model.ts'
import type { Random } from './random.ts'
import { listOf } from './shop.ts'

/** Values that say that something is missing are not praised. */
const NOTHING = new Set(['None', 'No'])
const SPECS_MAX = 3

export function describe(model: Model, attrs: Attributes, random: Random): string {
  const [first = '', second = '', third = ''] = model.features
  const noun = lowerWords(model.leaf.noun)
  const openings = [
    `${model.line} by ${model.brand}: ${noun} with ${first}, ${second} and ${third}.`,
    `With ${first} and ${second}, the ${model.line} ${model.code} is made for every day. It also has ${third}.`,
    `${model.brand} has given the ${model.line} ${first} and ${second}.`,
  ]
  const specs = Object.entries(attrs)
    .filter(([, value]) => !NOTHING.has(String(value)))
    .map(
      ([key, value]) => `${attributeLabel(key)}: ${Array.isArray(value) ? value.join(', ') : String(value)}.`,
    )
  return [
    random.pick(openings),
    ...random.pickSome(specs, SPECS_MAX),
    random.pick(listOf(model.department.closings)),
  ].join(' ')
}

/** Words with two capitals, such as TV or Wi-Fi, and names stay as they are. */
function lowerWords(text: string): string {
  return text
    .split(' ')
    .map((word) => (/[A-Z].*[A-Z]/.test(word) || word === 'Bluetooth' ? word : word.toLowerCase()))
    .join(' ')
}
