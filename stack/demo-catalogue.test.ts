/** Which catalogue a command line means. */
import { expect, test } from 'vitest'
import { catalogueCurrency, isSameCatalogue, loadCommand, wishedCatalogue } from './demo-catalogue.ts'

const NOTHING = { data: undefined, mapping: undefined, items: 20_000 }

test('a demo without a file seeds a synthetic catalogue', () => {
  expect(loadCommand(wishedCatalogue(NOTHING, '/here'))).toEqual(['seed', '--items', '20000'])
})

test('a file is meant from the folder of the person, with the mapping they name', () => {
  const catalogue = wishedCatalogue({ ...NOTHING, data: '../data/x.csv', mapping: 'pc-parts' }, '/shops/mine')
  expect(loadCommand(catalogue)).toEqual(['import', '/shops/data/x.csv', '--mapping', 'pc-parts'])
})

test('the same command line means the same catalogue and another size another one', () => {
  const loaded = wishedCatalogue(NOTHING, '/here')
  expect(isSameCatalogue(wishedCatalogue(NOTHING, '/there'), loaded)).toBe(true)
  expect(isSameCatalogue(wishedCatalogue({ ...NOTHING, items: 5 }, '/here'), loaded)).toBe(false)
  expect(isSameCatalogue(loaded, null)).toBe(false)
})

test('only pc-parts is priced in dollars', () => {
  const currency = (data: string | undefined, mapping?: string) =>
    catalogueCurrency(wishedCatalogue({ ...NOTHING, data, mapping }, '/here'))
  expect(currency(undefined)).toBe('EUR')
  expect(currency('icecat/products.jsonl.gz')).toBe('EUR')
  expect(currency('pc-parts/products.csv.gz')).toBe('USD')
  expect(currency('anything.csv', 'pc-parts')).toBe('USD')
})
