/**
 * The parts of the README that have a source: the help of both programs and the table of configuration. They
 * stand between markers; `npm run docs` writes them, a test compares them.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIELDS } from '../../src/config.ts'
import { ROOT } from './sources.ts'

const README = join(ROOT, 'README.md')

type Shown = {
  readonly about: string
  readonly example: string
  readonly fallback?: string
  readonly apiOnly?: boolean
}

/** Name of a block to its text. */
function blocks(): Readonly<Record<string, string>> {
  return {
    'help aisle': fenced(help('src/cli/main.ts')),
    'help indexer': fenced(help('indexer/main.ts')),
    configuration: configurationTable(),
  }
}

/**
 * The README with every block as its source has it now.
 * @throws Error when a marker is missing
 */
export function renderedReadme(current: string): string {
  let text = current
  for (const [name, body] of Object.entries(blocks())) {
    const begin = `<!-- begin ${name} -->`
    const end = `<!-- end ${name} -->`
    const from = text.indexOf(begin)
    const to = text.indexOf(end)
    if (from === -1 || to < from) throw new Error(`README.md: expected ${begin} and ${end}`)
    text = `${text.slice(0, from + begin.length)}\n${body}\n${text.slice(to)}`
  }
  return text
}

export function readReadme(): string {
  return readFileSync(README, 'utf8')
}

function help(entry: string): string {
  return execFileSync(process.execPath, [join(ROOT, entry), '--help'], { encoding: 'utf8' }).trimEnd()
}

function fenced(text: string): string {
  return ['```text', text, '```'].join('\n')
}

function configurationTable(): string {
  const rows = Object.entries(FIELDS as Readonly<Record<string, Shown>>).map(([name, field]) => {
    const without = field.fallback ? `\`${field.fallback}\`` : field.fallback === '' ? 'see text' : 'needed'
    return `| \`${name}\` | ${field.about}${field.apiOnly ? ' (api only)' : ''} | ${without} | \`${field.example}\` |`
  })
  return ['| name | meaning | without it | example |', '|---|---|---|---|', ...rows].join('\n')
}

if (process.argv[1] === import.meta.filename) writeFileSync(README, renderedReadme(readReadme()))
