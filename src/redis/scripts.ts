/**
 * Lua scripts as files with a contract header. The header is read: it gives the number of keys, and what the
 * script may return; the guard `test/guards-lua.test.ts` holds header and script together.
 */
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

export type ScriptContract = {
  readonly name: string
  readonly source: string
  readonly keys: readonly string[]
  readonly args: readonly string[]
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
  return { name, source, keys, args, returns }
}

type Argument = string | number | Buffer

/**
 * A typed call of a script on one connection.
 * @throws RangeError when the counts of keys or arguments are not those of the header
 */
export function bindScript(connection: Redis, script: ScriptContract) {
  connection.defineCommand(script.name, { numberOfKeys: script.keys.length, lua: script.source })
  const call = (connection as unknown as Record<string, (...given: Argument[]) => Promise<unknown>>)[
    script.name
  ]
  return async (keys: readonly string[], args: readonly Argument[]): Promise<unknown[]> => {
    if (keys.length !== script.keys.length || args.length !== script.args.length) {
      throw new RangeError(
        `${script.name}: expected ${script.keys.length} keys and ${script.args.length} arguments, ` +
          `got ${keys.length} and ${args.length}`,
      )
    }
    return (await call?.call(connection, ...keys, ...args)) as unknown[]
  }
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
