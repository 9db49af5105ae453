/** The project's own source files as text, for the guards that read them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SKIPPED = new Set(['node_modules', '.git', '.aisle'])

export type Source = {
  /** From the root of the checkout, with `/`. */
  readonly path: string
  readonly text: string
  /** Files of this project that it imports, from the root; and packages, by bare name. */
  readonly imports: readonly string[]
  readonly packages: readonly string[]
}

const IMPORT =
  /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm

/** Every .ts file of the checkout that is not generated or fetched. */
export function readSources(): Source[] {
  return walk(ROOT)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      const specifiers = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
      const local = specifiers.filter((specifier) => specifier.startsWith('.'))
      return {
        path,
        text,
        imports: local.map((specifier) => normalize(join(dirname(path), specifier))),
        packages: specifiers.filter(
          (specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'),
        ),
      }
    })
}

/** Folders of the checkout, from the root. */
export function readFolders(): string[] {
  return [...new Set(walk(ROOT).map((path) => dirname(path)))]
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [relative(ROOT, path)]
  })
}
