/**
 * Holds the header of a Lua script against its body: what it declares is read, what it reads is declared, what it
 * returns is named, and no key is made from text (a cluster could not know its slot). Works on text alone, by the
 * few forms that our scripts use; a form that it does not know is a fault, so that nothing passes unread.
 *
 * A header may end its keys or arguments with `then per line: a what it is, b what it is`: a group that is repeated.
 * The body reads it by an index that is linear in a loop variable, such as `KEYS[2 + 2 * i]`.
 */

type Declared = { readonly fixed: number; readonly perLine: number }

const CODE_LINES_MAX = 40
const WITHOUT_KEY = new Set(['TIME', 'INFO'])
const ONLY_KEYS = new Set(['MGET', 'DEL', 'UNLINK', 'EXISTS', 'TOUCH'])
/** Commands of two words: the key comes after the second. */
const OF_TWO_WORDS = new Set(['XGROUP', 'XINFO', 'OBJECT', 'MEMORY'])

/** @param text of a .lua file @returns what is wrong with it, a line each */
export function contractFaults(text: string): string[] {
  const lines = text.split('\n')
  const header = lines.filter((line) => line.startsWith('--')).map((line) => line.slice(2))
  const code = lines.map(withoutComment).join('\n')
  const codeLines = code.split('\n').filter((line) => line.trim() !== '').length
  return [
    ...(/^-- \S/.test(text) ? [] : ['does not begin with what it is for']),
    ...(codeLines > CODE_LINES_MAX ? [`has ${codeLines} lines of code, more than ${CODE_LINES_MAX}`] : []),
    ...readFaults('KEYS', header, code),
    ...readFaults('ARGV', header, code),
    ...returnFaults(header, code),
    ...keyFaults(code),
  ]
}

function withoutComment(line: string): string {
  const found = /^((?:[^'"-]|'[^']*'|"[^"]*"|-(?!-))*)--/.exec(line)
  return found ? (found[1] ?? '') : line
}

/** Lines of one section of a header: from its name to the next. */
function section(header: readonly string[], name: string): string[] {
  const from = header.findIndex((line) => line.trimStart().startsWith(`${name}:`))
  if (from === -1) return []
  const rest = header.slice(from + 1)
  const end = rest.findIndex((line) => /^\s*[A-Z]+:/.test(line))
  const first = (header[from] ?? '').replace(/^\s*[A-Z]+:/, '')
  return [first, ...(end === -1 ? rest : rest.slice(0, end))].map((line) => line.trim()).filter(Boolean)
}

function readFaults(table: 'KEYS' | 'ARGV', header: readonly string[], code: string): string[] {
  const lines = section(header, table)
  const numbers = lines.flatMap((line) => /^(\d+)\s+\S+/.exec(line)?.[1] ?? []).map(Number)
  const group = lines.flatMap((line) => /^then per line:(.+)$/.exec(line)?.[1] ?? [])
  const declared: Declared = { fixed: numbers.length, perLine: group[0]?.split(',').length ?? 0 }
  const faults: string[] = []
  if (table === 'KEYS' && declared.fixed === 0) faults.push('declares no key')
  if (numbers.some((number, i) => number !== i + 1)) faults.push(`${table}: numbers are not 1, 2, 3, ...`)
  const { fixed, grouped, unread } = indicesOf(table, code)
  for (const number of numbers)
    if (!fixed.has(number)) faults.push(`${table}[${number}] is declared and not read`)
  for (const number of fixed)
    if (number > declared.fixed) faults.push(`${table}[${number}] is read and not declared`)
  return [...faults, ...unread, ...groupFaults(table, declared, grouped)]
}

type Grouped = { readonly text: string; readonly first: number; readonly step: number }

/** Every use of the table: by number, by a loop variable, or in a form that is not known. */
function indicesOf(table: string, code: string) {
  const fixed = new Set<number>()
  const grouped: Grouped[] = []
  const unread: string[] = []
  for (const match of code.matchAll(new RegExp(`(#?)\\b${table}\\b(\\[([^\\]]*)\\])?`, 'g'))) {
    const [text, length, , index] = match
    if (length === '#') continue // how many there are
    if (index === undefined) unread.push(`${table} is handed on whole: read it by index`)
    else if (/^\d+$/.test(index.trim())) fixed.add(Number(index))
    else {
      const found = linear(index, code.slice(0, match.index))
      if (found) grouped.push({ text, ...found })
      else unread.push(`${text}: not a number and not linear in a loop variable`)
    }
  }
  return { fixed, grouped, unread }
}

/** First value and step of `a + b * i`, by the nearest loop of `i` before it; null: another form. */
function linear(index: string, before: string): { first: number; step: number } | null {
  const form = /^(?:(\d+)\s*\+\s*)?(?:(\d+)\s*\*\s*)?([a-z_]\w*)(?:\s*\+\s*(\d+))?$/.exec(index.trim())
  if (!form) return null
  const [, front, factor, variable, back] = form
  const loops = [
    ...before.matchAll(new RegExp(`for ${variable} = (\\d+),[^\\n]*?(?:#(?:KEYS|ARGV), (\\d+))? do`, 'g')),
  ]
  const loop = loops.at(-1)
  if (!loop) return null
  const times = Number(factor ?? 1)
  return {
    first: Number(front ?? 0) + Number(back ?? 0) + times * Number(loop[1]),
    step: times * Number(loop[2] ?? 1),
  }
}

function groupFaults(table: string, { fixed, perLine }: Declared, grouped: readonly Grouped[]): string[] {
  if (perLine === 0) return grouped.map(({ text }) => `${text}: the header declares nothing per line`)
  const strays = grouped.filter(
    ({ first, step }) => step !== perLine || first <= fixed || first > fixed + perLine,
  )
  const firsts = new Set(grouped.map(({ first }) => first))
  const missed = Array.from({ length: perLine }, (_, i) => i + 1).filter(
    (member) => !firsts.has(fixed + member),
  )
  return [
    ...strays.map(({ text }) => `${text}: lies outside of the ${perLine} per line after ${fixed}`),
    ...missed.map((member) => `${table}: member ${member} of the line is declared and not read`),
  ]
}

function returnFaults(header: readonly string[], code: string): string[] {
  const named = new Set(section(header, 'RETURNS').map((line) => line.split(/\s+/)[0] ?? ''))
  const faults = named.size === 0 ? ['declares nothing that it returns'] : []
  const returned = new Set<string>()
  const outer = withoutFunctions(code)
  for (const [, what = ''] of outer.matchAll(/\breturn\b([^\n]*)/g)) {
    const word = /^\s*\{\s*'([^']+)'/.exec(what)?.[1]
    if (word === undefined) faults.push(`return${what}: does not begin with a word`)
    else returned.add(word)
  }
  if (!/\breturn\b[^\n]*\n*$/.test(outer.trimEnd())) faults.push('does not end with a return')
  for (const word of returned)
    if (!named.has(word)) faults.push(`returns ${word}, which RETURNS does not name`)
  for (const word of named) if (!returned.has(word)) faults.push(`names ${word}, which it never returns`)
  return faults
}

/** The code without the bodies of its local functions, whose returns are their own. */
function withoutFunctions(code: string): string {
  let kept = ''
  let from = 0
  let depth = 0
  let openedAt: number | null = null
  for (const match of code.matchAll(/'[^']*'|"[^"]*"|\b(?:function|if|do|repeat|end|until)\b/g)) {
    const [word] = match
    if (/^['"]/.test(word)) continue
    if (word === 'end' || word === 'until') depth -= 1
    if (openedAt === depth && (word === 'end' || word === 'until')) {
      from = match.index
      openedAt = null
    }
    if (word === 'function' && openedAt === null) {
      kept += code.slice(from, match.index)
      openedAt = depth
    }
    if (word !== 'end' && word !== 'until') depth += 1
  }
  return kept + code.slice(from)
}

/** The first argument after a command is one of KEYS, or a local that is nothing but one of KEYS. */
function keyFaults(code: string): string[] {
  const faults = [...code.matchAll(/\bredis\.(?!p?call\()\w+[^\n]*/g)].map(
    ([text]) => `${text}: only redis.call(...) and redis.pcall(...)`,
  )
  for (const match of code.matchAll(/\bredis\.p?call\(/g)) {
    const [command = '', ...args] = argumentsFrom(code, match.index + match[0].length)
    const name = /^'([A-Z]+)'$/.exec(command)?.[1]
    if (name === undefined) faults.push(`redis.call(${command}: the command is not a word in capitals`)
    else if (!WITHOUT_KEY.has(name)) {
      const at = OF_TWO_WORDS.has(name) ? 1 : 0
      const keys = ONLY_KEYS.has(name) ? args : args.slice(at, at + 1)
      const bad = keys.length === 0 ? [''] : keys.filter((key) => !isKey(key, code.slice(0, match.index)))
      faults.push(...bad.map((key) => `${name} ${key}: not one of KEYS`))
    }
  }
  return faults
}

function isKey(text: string, before: string): boolean {
  if (/^KEYS\[[^\]]+\]$/.test(text)) return true
  if (!/^[a-z_]\w*$/.test(text)) return false
  const assigned = [...before.matchAll(/\blocal ([\w, ]+?) = ([^\n]*)/g)].flatMap(
    ([, names = '', values = '']) => {
      const at = names.split(',').findIndex((name) => name.trim() === text)
      return at === -1 ? [] : [argumentsFrom(`${values})`, 0)[at] ?? '']
    },
  )
  return /^KEYS\[[^\]]+\]$/.test(assigned.at(-1) ?? '') && !new RegExp(`^\\s*${text}\\s*=`, 'm').test(before)
}

/** Arguments of a call whose opening bracket lies just before `at`, cut at its own commas. */
function argumentsFrom(code: string, at: number): string[] {
  const found = ['']
  let depth = 0
  for (const [part] of code.slice(at).matchAll(/'[^']*'|"[^"]*"|[\s\S]/g)) {
    if (part === ')' && depth === 0) break
    if (/^[([{]$/.test(part)) depth += 1
    if (/^[)\]}]$/.test(part)) depth -= 1
    if (part === ',' && depth === 0) found.push('')
    else found[found.length - 1] += part
  }
  return found.map((text) => text.trim())
}
