/** Records of a file as checked items, in batches; refused rows go to the collector. */
import { checkItem } from '../../catalog/import/check.ts'
import type { FieldMapping } from '../../catalog/import/item.ts'
import { EXIT } from '../../command/command.ts'
import { ExitError } from '../../errors.ts'
import type { PositionedItem } from '../../postgres/load.ts'
import { checkCurrency, mappingOfRecord } from './mapping.ts'
import type { RecordRow } from './records.ts'
import type { Refusals } from './refusals.ts'

/** Lines that may be broken before the first record that tells the mapping. */
const PROBE_ROWS_MAX = 1_000

/** What reading found out about the file. */
export type Reading = { mapping: FieldMapping | null; rows: number; readonly unused: Set<string> }

export type ItemOptions = {
  readonly currency: string
  readonly batchSize: number
  readonly refusals: Refusals
  /** Filled while items are taken. */
  readonly reading: Reading
  readonly onRows: (rows: number) => void
}

/**
 * @throws ExitError(2) when the mapping cannot be told, ExitError(3) for another currency
 */
export async function* readItems(
  records: AsyncIterable<readonly RecordRow[]>,
  options: ItemOptions,
): AsyncGenerator<PositionedItem[]> {
  const { reading, refusals, currency } = options
  if (reading.mapping) checkCurrency(reading.mapping, currency)
  let batch: PositionedItem[] = []
  for await (const rows of records) {
    for (const row of rows) {
      reading.rows += 1
      if ('fault' in row) {
        refusals.add(row.line, [row.fault])
        if (reading.mapping === null && reading.rows >= PROBE_ROWS_MAX) throw noRecord()
        continue
      }
      if (reading.mapping === null) {
        reading.mapping = mappingOfRecord(row.record)
        checkCurrency(reading.mapping, currency)
      }
      noteUnused(reading.mapping, row.record, reading.unused)
      const checked = checkItem(reading.mapping.toCandidate(row.record), currency)
      if (checked.ok) batch.push({ position: row.line, item: checked.item })
      else refusals.add(row.line, checked.faults)
      if (batch.length >= options.batchSize) {
        yield batch
        batch = []
      }
    }
    options.onRows(reading.rows)
  }
  if (batch.length > 0) yield batch
}

function noteUnused(mapping: FieldMapping, record: object, unused: Set<string>): void {
  if (mapping.uses === null || unused.size > 100) return
  for (const field in record) {
    if (!mapping.uses.has(field) && !field.startsWith('attrs.')) unused.add(field)
  }
}

function noRecord(): ExitError {
  return new ExitError(
    EXIT.usage,
    `none of the first ${PROBE_ROWS_MAX} lines could be read: is this the right file?`,
  )
}
