/** docs/import.md tells the truth: its examples are read by the code, its table has every field. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkItem } from '../src/catalog/import/check.ts'
import { ITEM_FIELDS } from '../src/catalog/import/item.ts'
import { mappingFromFile } from '../src/catalog/import/mapping-file.ts'
import { PLAIN } from '../src/catalog/import/plain.ts'
import { ROOT } from './support/sources.ts'

const document = readFileSync(join(ROOT, 'docs/import.md'), 'utf8')
const [row, mapping] = [...document.matchAll(/```json\n([\s\S]*?)```/g)].map((match) =>
  JSON.parse(match[1] ?? ''),
)

test('the example row of the import document is an item', () => {
  expect(checkItem(PLAIN.toCandidate(row), 'EUR')).toMatchObject({ ok: true, item: { sku: 'KET-1' } })
})

test('the example mapping of the import document is a mapping', () => {
  expect(mappingFromFile('example', mapping)).toMatchObject({ ok: true })
})

test('the import document names every field of an item', () => {
  expect(ITEM_FIELDS.filter((field) => !document.includes(`\`${field}\``))).toEqual([])
})
