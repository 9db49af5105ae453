/**
 * The frame of a command line: one command per file, one table of options that makes both the parser and the
 * help, exit codes stated in the help. Used by `bin/aisle` and `bin/indexer`.
 */
import { parseArgs } from 'node:util'
import { ExitError, messageOf } from '../errors.ts'

/** Exit codes that every command shares; a command adds its own in `exits`. */
export const EXIT = {
  done: 0,
  differences: 1,
  usage: 2,
  preflight: 3,
  halted: 4,
  busy: 5,
  stopped: 130,
} as const

export type Option = {
  readonly type: 'string' | 'boolean'
  readonly about: string
  /** Shown in the help as `--name VALUE`. */
  readonly value?: string
  readonly fallback?: string
}

export type Parsed = {
  readonly positionals: readonly string[]
  /** Text of a string option, or its fallback; undefined when neither. */
  text(name: string): string | undefined
  flag(name: string): boolean
  /** Integer option. @throws ExitError(2) when not an integer >= min */
  integer(name: string, min: number): number
}

export type Command = {
  readonly name: string
  /** One line. */
  readonly about: string
  /** Positional arguments as shown, such as `FILE`. */
  readonly positionals?: string
  readonly options: Readonly<Record<string, Option>>
  /** Exit code to meaning, beyond 0 and 2. */
  readonly exits: Readonly<Record<number, string>>
  readonly examples?: readonly string[]
  /**
   * @param signal aborted by SIGINT and SIGTERM
   * @returns exit code
   */
  run(args: Parsed, signal: AbortSignal): Promise<number>
}

/** Commands of one subject behind one word, such as `orders verify`. */
export type Group = {
  readonly name: string
  /** One line. */
  readonly about: string
  readonly commands: readonly Command[]
}

const HELP: Option = { type: 'boolean', about: 'Show this help' }

/** The help of one command. */
export function commandHelp(program: string, command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(([name, option]) => {
    const left = `--${name}${option.type === 'string' ? ` ${option.value ?? 'TEXT'}` : ''}`
    return [left, option.about + (option.fallback ? ` (default ${option.fallback})` : '')] as const
  })
  const exits = { 0: 'done', 2: 'the command line is wrong', ...command.exits }
  return [
    `${program} ${command.name}${command.positionals ? ` ${command.positionals}` : ''} [options]`,
    '',
    command.about,
    '',
    'Options:',
    ...columns(rows),
    '',
    'Exit codes:',
    ...columns(Object.entries(exits)),
    ...(command.examples ? ['', 'Examples:', ...command.examples.map((line) => `  ${line}`)] : []),
  ].join('\n')
}

/** The help of a program: its commands, a line each. */
export function programHelp(program: string, about: string, commands: readonly (Command | Group)[]): string {
  return [
    `${program} COMMAND [options]`,
    '',
    about,
    '',
    'Commands:',
    ...columns(commands.map((command) => [command.name, command.about])),
    '',
    `${program} COMMAND --help tells the options and exit codes of a command.`,
  ].join('\n')
}

/**
 * Run the command that `argv` names.
 * @param argv without node and script
 * @param signal aborted when the person or the system asks to stop
 * @returns exit code; messages for people go to standard error
 */
export async function runProgram(
  program: string,
  about: string,
  commands: readonly (Command | Group)[],
  argv: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(programHelp(program, about, commands))
    return name === undefined ? EXIT.usage : EXIT.done
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) {
    const known = commands.map((candidate) => candidate.name).join(', ')
    console.error(`${program}: unknown command ${JSON.stringify(name)}; known: ${known}`)
    return EXIT.usage
  }
  if ('commands' in command) {
    return await runProgram(`${program} ${name}`, command.about, command.commands, rest, signal)
  }
  try {
    const args = parseCommand(command, rest)
    if (args.flag('help')) {
      console.log(commandHelp(program, command))
      return EXIT.done
    }
    return await command.run(args, signal)
  } catch (thrown) {
    if (signal.aborted && !(thrown instanceof ExitError)) return EXIT.stopped
    console.error(`${program} ${name}: ${messageOf(thrown)}`)
    if (!(thrown instanceof ExitError)) console.error(thrown instanceof Error ? thrown.stack : '')
    return thrown instanceof ExitError ? thrown.exitCode : EXIT.differences
  }
}

function parseCommand(command: Command, argv: readonly string[]): Parsed {
  const options = { ...command.options, help: HELP }
  const config = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, { type: option.type }]),
  )
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({
      args: [...argv],
      options: config,
      allowPositionals: command.positionals !== undefined,
    })
  } catch (thrown) {
    throw new ExitError(EXIT.usage, `${messageOf(thrown)} (--help tells the options)`, { cause: thrown })
  }
  const text = (name: string): string | undefined => {
    const given = parsed.values[name]
    return typeof given === 'string' ? given : options[name as keyof typeof options]?.fallback
  }
  return {
    positionals: parsed.positionals,
    text,
    flag: (name) => parsed.values[name] === true,
    integer(name, min) {
      const given = text(name)
      const value = Number(given)
      if (given === undefined || !/^\d+$/.test(given) || !Number.isSafeInteger(value) || value < min) {
        throw new ExitError(
          EXIT.usage,
          `--${name}: expected an integer >= ${min}, got ${JSON.stringify(given)}`,
        )
      }
      return value
    },
  }
}

/**
 * Rows below their headings, columns as wide as their widest cell.
 * @returns lines
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)))
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
