/**
 * Which catalogue a demo shows. The command line says it; what was loaded last is noted beside the state, so the
 * same command line goes on with what is there, and another one replaces it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'

const Catalogue = z.union([
  z.object({ items: z.number().int() }),
  z.object({ file: z.string(), mapping: z.string().nullable() }),
])

/** The synthetic one of so many items, or the one of a file. */
export type Catalogue = z.infer<typeof Catalogue>

export type CatalogueOptions = {
  readonly data: string | undefined
  readonly mapping: string | undefined
  readonly items: number
}

/** @param folder the person's own working folder: `--data` is meant from there */
export function wishedCatalogue(options: CatalogueOptions, folder: string): Catalogue {
  if (options.data === undefined) return { items: options.items }
  return { file: resolve(folder, options.data), mapping: options.mapping ?? null }
}

/** In words, for people. */
export function catalogueName(catalogue: Catalogue): string {
  return 'file' in catalogue ? basename(catalogue.file) : `synthetic catalogue of ${catalogue.items} items`
}

export function isSameCatalogue(a: Catalogue, b: Catalogue | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Prices of the pc-parts data are in dollars; everything else that is known is in euros. */
export function catalogueCurrency(catalogue: Catalogue): 'USD' | 'EUR' {
  return 'file' in catalogue && /pc-parts/.test(catalogue.mapping ?? catalogue.file) ? 'USD' : 'EUR'
}

/** Command line of `bin/aisle` that loads it. */
export function loadCommand(catalogue: Catalogue): string[] {
  if ('items' in catalogue) return ['seed', '--items', String(catalogue.items)]
  return ['import', catalogue.file, ...(catalogue.mapping === null ? [] : ['--mapping', catalogue.mapping])]
}

/** What was loaded to the end; null when nothing was. */
export function loadedCatalogue(state: string): Catalogue | null {
  try {
    const parsed = Catalogue.safeParse(JSON.parse(readFileSync(noteFile(state), 'utf8')))
    return parsed.success ? parsed.data : null
  } catch (thrown) {
    return unknownCatalogue(thrown)
  }
}

export function noteCatalogue(state: string, catalogue: Catalogue | null): void {
  if (catalogue) writeFileSync(noteFile(state), JSON.stringify(catalogue))
  else rmSync(noteFile(state), { force: true })
}

/** Without a readable note it is loaded again, which changes nothing where it was complete. */
function unknownCatalogue(_reason: unknown): null {
  return null
}

function noteFile(state: string): string {
  return join(state, 'demo-catalogue.json')
}
