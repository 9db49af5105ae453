/** Every department of the synthetic shop, in the order of its menu. */
import type { Department } from '../shop.ts'
import { BEAUTY } from './beauty.ts'
import { COMPUTERS } from './computers.ts'
import { ELECTRONICS } from './electronics.ts'
import { FASHION } from './fashion.ts'
import { FURNITURE } from './furniture.ts'
import { GARDEN } from './garden.ts'
import { KITCHEN } from './kitchen.ts'
import { PETS } from './pets.ts'
import { SPORTS } from './sports.ts'
import { TOOLS } from './tools.ts'
import { TOYS } from './toys.ts'

export const DEPARTMENTS: readonly Department[] = [
  ELECTRONICS,
  COMPUTERS,
  KITCHEN,
  FURNITURE,
  GARDEN,
  TOOLS,
  SPORTS,
  FASHION,
  TOYS,
  BEAUTY,
  PETS,
]
