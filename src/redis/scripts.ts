/**
 * Lua scripts as files with a contract header. The header is read: it gives the number of keys, and what the
 * script may return; the guard `test/guards-lua.test.ts` holds header and script together. A header may end its keys
 * or arguments with `then per line: a what it is, b what it is`: that group is repeated as often as the caller has
 * lines.
 */
import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'

export type ScriptContract = {
  readonly name: string
  readonly source: string
  readonly keys: readonly string[]
  /** Names of the group that is repeated after `keys`; empty: none is. */
  readonly keysPerLine: readonly string[]
  readonly args: readonly string[]
  readonly argsPerLine: readonly string[]
  /** First words that it may return. */
  readonly returns: readonly string[]
}

const FOLDER = new URL('./scripts/', import.meta.url)

/** @param name file name without `.lua` @throws Error when a part of the header is missing */
export function readScript(name: string): ScriptContract {
  const source = readFileSync(new URL(`${name}.lua`, FOLDER), 'utf8')
  const header = source
    .split('\n')
    .filter((line) => line.startsWith('--'))
    .map((line) => line.slice(2))
  const keys = numbered(section(header, 'KEYS'))
  const args = numbered(section(header, 'ARGV'))
  const returns = section(header, 'RETURNS').map((line) => line.trim().split(/\s+/)[0] ?? '')
  if (keys.length === 0 || returns.length === 0) {
    throw new Error(`${name}.lua: expected a header with KEYS, ARGV and RETURNS`)
  }
  const keysPerLine = perLine(section(header, 'KEYS'))
  const argsPerLine = perLine(section(header, 'ARGV'))
  return { name, source, keys, keysPerLine, args, argsPerLine, returns }
}

type Argument = string | number | Buffer

/** A call of a script: EVALSHA, and EVAL where the server does not have it. */
export type BoundScript = (keys: readonly string[], args: readonly Argument[]) => Promise<readonly unknown[]>

/**
 * A typed call of a script on one connection.
 * @throws RangeError (from the call) when the counts of keys or arguments are not those of the header
 */
export function bindScript(connection: Redis | Cluster, script: ScriptContract): BoundScript {
  connection.defineCommand(script.name, { lua: script.source })
  const call = (connection as unknown as Record<string, (...given: Argument[]) => Promise<unknown>>)[
    script.name
  ]
  return async (keys, args) => {
    if (!fits(script, keys.length, args.length)) {
      throw new RangeError(
        `${script.name}: expected ${countText(script.keys, script.keysPerLine)} keys and ` +
          `${countText(script.args, script.argsPerLine)} arguments, got ${keys.length} and ${args.length}`,
      )
    }
    return (await call?.call(connection, keys.length, ...keys, ...args)) as readonly unknown[]
  }
}

/** Where keys and arguments both have groups, there are as many of the one as of the other. */
function fits(script: ScriptContract, keys: number, args: number): boolean {
  const keyLines = linesOf(keys - script.keys.length, script.keysPerLine.length)
  const argLines = linesOf(args - script.args.length, script.argsPerLine.length)
  if (keyLines === null || argLines === null) return false
  const areBoth = script.keysPerLine.length > 0 && script.argsPerLine.length > 0
  return !areBoth || keyLines === argLines
}

/** How many groups of this size make up the rest; null: they do not. */
function linesOf(rest: number, size: number): number | null {
  if (rest === 0) return 0
  return rest > 0 && size > 0 && rest % size === 0 ? rest / size : null
}

function countText(fixed: readonly string[], perLine: readonly string[]): string {
  return perLine.length === 0 ? `${fixed.length}` : `${fixed.length} + ${perLine.length} per line`
}

/** Lines of one section of a header: from its name to the next. */
function section(header: readonly string[], name: string): string[] {
  const from = header.findIndex((line) => line.trimStart().startsWith(`${name}:`))
  if (from === -1) return []
  const rest = header.slice(from + 1)
  const end = rest.findIndex((line) => /^\s*[A-Z]+:/.test(line))
  const first = (header[from] ?? '').replace(/^\s*[A-Z]+:/, ' ')
  return [first, ...(end === -1 ? rest : rest.slice(0, end))].filter((line) => line.trim() !== '')
}

/** Names of lines such as `  1 seq  integer; ...`. */
function numbered(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const match = /^\s*\d+\s+(\S+)/.exec(line)
    return match?.[1] ? [match[1]] : []
  })
}

/** Names of `then per line: k hash of the count, t hash of the tentative units`. */
function perLine(lines: readonly string[]): string[] {
  const group = lines
    .map((line) => /^\s*then per line:(.*)$/.exec(line)?.[1])
    .find((text) => text !== undefined)
  return (group?.split(',') ?? []).flatMap((part) => part.trim().split(/\s+/)[0] ?? [])
}
