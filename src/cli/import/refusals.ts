/** Rows that were refused: the first few for people, all of them for a file or a program. */

import { once } from 'node:events'
import { createWriteStream, openSync, type WriteStream } from 'node:fs'
import type { Fault } from '../../catalog/import/item.ts'
import { EXIT } from '../../command/command.ts'
import { ExitError, messageOf } from '../../errors.ts'

/** One reason why one row was refused. */
export type Refusal = Fault & { readonly line: number }

const SHOWN_MAX = 20

export type RefusalOptions = {
  /** Every refusal as a JSON line goes here. */
  readonly path: string | undefined
  /** Keep every refusal for the JSON report. */
  readonly keepAll: boolean
}

/** Collects refusals while a file is read. */
export class Refusals {
  /** Rows, not reasons. */
  rows = 0
  readonly kept: Refusal[] = []
  readonly #keepMax: number
  readonly #file: WriteStream | null

  /** @throws ExitError(2) when the file cannot be written */
  constructor(options: RefusalOptions) {
    this.#keepMax = options.keepAll ? Number.POSITIVE_INFINITY : SHOWN_MAX
    this.#file = options.path === undefined ? null : openForWriting(options.path)
  }

  add(line: number, faults: readonly Fault[]): void {
    this.rows += 1
    for (const { field, reason } of faults) {
      if (this.kept.length < this.#keepMax) this.kept.push({ line, field, reason })
      this.#file?.write(`${JSON.stringify({ line, field, reason })}\n`)
    }
  }

  /** Lines for people: the first refusals, and how many rows there were. */
  summary(): string[] {
    if (this.rows === 0) return []
    const shown = this.kept.slice(0, SHOWN_MAX)
    const isCut = new Set(shown.map((refusal) => refusal.line)).size < this.rows
    return [
      ...shown.map(({ line, field, reason }) => `  line ${line}: ${field}: ${reason}`),
      `${this.rows} ${this.rows === 1 ? 'row was' : 'rows were'} refused${isCut ? ' (--refused FILE writes them all)' : ''}`,
    ]
  }

  async close(): Promise<void> {
    if (this.#file === null) return
    this.#file.end()
    await once(this.#file, 'finish')
  }
}

function openForWriting(path: string): WriteStream {
  try {
    return createWriteStream(path, { fd: openSync(path, 'w') })
  } catch (thrown) {
    throw new ExitError(EXIT.usage, `--refused ${path} cannot be written: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}
