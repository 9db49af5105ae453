/** Findings as text for people and as lines for a README. Pure. */
import { type Figure, type Finding, isMet, type Target } from './benchmark.ts'
import type { Spread } from './statistics.ts'

/** One benchmark: its conditions, then a line for each figure. */
export function findingText(name: string, { conditions, figures }: Finding): string {
  const width = Math.max(...figures.map((figure) => figure.name.length))
  return [
    name,
    ...conditions.map((line) => `  ${line}`),
    ...figures.map((figure) => `  ${figure.name.padEnd(width)}  ${figureText(figure)}`),
  ].join('\n')
}

function figureText(figure: Figure): string {
  const { spread, unit, target } = figure
  const value = `${shown(spread.median)}${unit === 'ratio' ? '' : ` ${unit}`}`
  return [value.padStart(14), spreadText(spread).padEnd(30), targetText(figure, target)].join('  ').trimEnd()
}

function spreadText({ min, max, rounds }: Spread): string {
  return rounds === 1 ? '' : `(${shown(min)} to ${shown(max)}, ${rounds} rounds)`
}

function targetText(figure: Figure, target: Target | null): string {
  if (target === null) return ''
  const bound = 'atLeast' in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`
  return `target ${bound}: ${isMet(figure) ? 'met' : 'MISSED'}`
}

/** Three digits that count, more only for what is larger. */
export function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en')
  return value.toLocaleString('en', { maximumSignificantDigits: 3 })
}
