/** Which field mapping a file is read with: the one that was named, or the one its fields tell. */
import { readFile } from 'node:fs/promises'
import type { FieldMapping, FileRecord } from '../../catalog/import/item.ts'
import { KNOWN_NAMES, knownMapping, recognise } from '../../catalog/import/known.ts'
import { mappingFromFile } from '../../catalog/import/mapping-file.ts'
import { EXIT } from '../../command/command.ts'
import { ExitError, messageOf } from '../../errors.ts'

const CHOICES = `--mapping ${KNOWN_NAMES.join('|')} or a mapping file`

/**
 * The mapping of `--mapping`: a known name, or a file.
 * @throws ExitError(2) with every problem of the file
 */
export async function namedMapping(name: string): Promise<FieldMapping> {
  const known = knownMapping(name)
  if (known) return known
  let content: unknown
  try {
    content = JSON.parse(await readFile(name, 'utf8'))
  } catch (thrown) {
    throw new ExitError(
      EXIT.usage,
      `--mapping ${name}: neither a known name (${KNOWN_NAMES.join(', ')}) nor a JSON file: ${messageOf(thrown)}`,
      { cause: thrown },
    )
  }
  const result = mappingFromFile(name, content)
  if (result.ok) return result.mapping
  throw new ExitError(EXIT.usage, [`--mapping ${name}:`, ...result.problems.map((p) => `  ${p}`)].join('\n'))
}

/** The mapping that fits a file's first record. @throws ExitError(2) when none does */
export function mappingOfRecord(record: FileRecord): FieldMapping {
  const fields = Object.keys(record)
  const mapping = recognise(fields)
  if (mapping) return mapping
  const shown = `${fields.slice(0, 12).join(', ')}${fields.length > 12 ? ', ...' : ''}`
  throw new ExitError(EXIT.usage, `the fields of the file (${shown}) fit no known mapping: give ${CHOICES}`)
}

/**
 * The currency of the file must be that of the catalogue.
 * @throws ExitError(3) that says which variable to set
 */
export function checkCurrency(mapping: FieldMapping, currency: string): void {
  if (mapping.currency === null || mapping.currency === currency) return
  throw new ExitError(
    EXIT.preflight,
    `prices of the mapping ${mapping.name} are in ${mapping.currency}, the catalogue is in ${currency}: ` +
      `set AISLE_CURRENCY=${mapping.currency}`,
  )
}
